// The theme opens filters, menus and the sidebar from elements that only a mouse reaches, and names some buttons by an
// icon alone. This gives them to the keyboard and to screen readers.
(function () {
  "use strict";

  const NAMES = {
    add: "Add",
    close: "Close",
    dock_to_right: "Show or hide the navigation",
    do_not_disturb_on: "Consent Desk, start page",
    search: "Search",
  };
  const BACKDROPS = "#changelist-filter-close, #modal-overlay";
  const NATIVE = "button, input, select, textarea, summary, label, a[href]";

  function giveToKeyboard(element) {
    if (element.matches(NATIVE) || element.querySelector(NATIVE)) {
      return;
    }
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        element.click();
      }
    });
  }

  function name(icon) {
    const control = icon.closest("a[href], button, [role=button]");
    if (!control || control.hasAttribute("aria-label")) {
      return;
    }
    const words = Array.from(control.querySelectorAll(".material-symbols-outlined"), (each) => each.textContent.trim());
    const rest = words.reduce((text, word) => text.replace(word, ""), control.textContent);
    if (!rest.trim()) {
      control.setAttribute("aria-label", NAMES[icon.textContent.trim()] || "Open or close");
    }
  }

  // Each cell carries its column's name, for phones, where the head of a table is not in sight.
  function labelCells(table) {
    const heads = Array.from(table.querySelectorAll("thead th"), (head) => head.textContent.trim());
    table.querySelectorAll("tbody tr").forEach(function (row) {
      Array.from(row.cells).forEach(function (cell, column) {
        if (heads[column]) {
          cell.dataset.label = heads[column];
        }
      });
    });
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".sd-table").forEach(labelCells);
    const main = document.getElementById("main");
    if (main) {
      main.setAttribute("role", "main");
    }
    document.querySelectorAll("[x-on\\:click]").forEach(function (element) {
      if (!element.matches(BACKDROPS)) {
        giveToKeyboard(element);
      }
    });
    document.querySelectorAll(".material-symbols-outlined").forEach(function (icon) {
      name(icon);
      if (!icon.hasAttribute("role")) {
        icon.setAttribute("aria-hidden", "true");
      }
    });
  });
})();
