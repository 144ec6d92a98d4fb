// The theme opens its filters, menus and sidebar from elements that only a mouse reaches. This gives them to the keyboard.
(function () {
  "use strict";

  function isNative(element) {
    return element.matches("button, input, select, textarea, summary, label, a[href]");
  }

  function makeReachable(element) {
    if (isNative(element) || element.querySelector("a[href], button, input")) {
      return;
    }
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    if (!element.hasAttribute("aria-label") && element.matches(".material-symbols-outlined")) {
      element.setAttribute("aria-label", LABELS[element.textContent.trim()] || "Open or close");
    }
    element.addEventListener("keydown", function (event) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        element.click();
      }
    });
  }

  const LABELS = { dock_to_right: "Show or hide the navigation", close: "Close the navigation" };
  // Layers that close when their backdrop is clicked also close by Escape.
  const BACKDROPS = "#changelist-filter-close, #modal-overlay";

  document.addEventListener("DOMContentLoaded", function () {
    const main = document.getElementById("main");
    if (main) {
      main.setAttribute("role", "main");
    }
    document.querySelectorAll("[x-on\\:click]").forEach(function (element) {
      if (!element.matches(BACKDROPS)) {
        makeReachable(element);
      }
    });
    // Ligature names of the icon font are no words for a screen reader.
    document.querySelectorAll(".material-symbols-outlined:not([role])").forEach(function (icon) {
      icon.setAttribute("aria-hidden", "true");
    });
  });
})();
