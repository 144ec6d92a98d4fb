// Keeps the progress bar of a bulk action up to date. Without it the page's Refresh link does the same.
"use strict";

document.querySelectorAll("[data-progress]").forEach((box) => {
  const bar = box.querySelector("progress");
  const done = box.querySelector("[data-done]");

  async function ask() {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const state = await answer.json();
        bar.value = state.done;
        done.textContent = state.done.toLocaleString("en");
        if (!state.running) {
          window.location.reload();
          return;
        }
      }
    } catch {
      // The network comes back, or somebody presses Refresh.
    }
    window.setTimeout(ask, 2000);
  }

  window.setTimeout(ask, 1000);
});
