"use strict";

// Only the console opens addresses, by name. The terminal would open those in a patient's text, in a window that it
// opens empty first; and what is opened learns nothing of this page.
const openWindow = window.open.bind(window);
window.open = (url, target) => {
  if (url === "/" && target === "_self") location.replace("/");
  else if (url) openWindow(url, "_blank", "noopener,noreferrer");
  return null;
};

// What the server says where the console stood is no part of the terminal's own protocol.
window.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string") return;
      const [kind, sentence] = JSON.parse(event.data);
      if (kind === "said") document.getElementById("said").textContent = sentence;
    });
    // Nothing of what stood on the screen is left once nobody keeps it up.
    this.addEventListener("close", () => {
      document.getElementById("terminal").remove();
      document.body.classList.add("-closed");
      document.getElementById("again").focus();
    });
  }
};

document.addEventListener("DOMContentLoaded", () => {
  document.getElementById("again").addEventListener("click", () => location.replace("/"));
  // Whoever has opened the page can type at once.
  new MutationObserver((_changes, observer) => {
    if (!document.body.classList.contains("-first-byte")) return;
    observer.disconnect();
    document.querySelector(".xterm-helper-textarea").focus();
  }).observe(document.body, { attributeFilter: ["class"] });
});
