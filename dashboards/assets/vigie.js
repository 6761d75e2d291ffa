// Keeps the page current: every ten seconds it asks for the same address again and replaces the parts that
// changed. The page is complete without it. It stands still while nobody looks.
(() => {
  "use strict";
  const period = 10000;
  const patience = 8000;
  let busy = false;

  const parts = (page) => [...page.querySelectorAll("[data-part]")];
  const names = (page) => parts(page).map((part) => part.id).join(" ");
  const script = (page) => page.querySelector("script[src]").getAttribute("src");

  // What the reader is in stays as it is until they leave it.
  const inUse = (part) => part.contains(document.activeElement) || part.querySelector("tr:hover");

  function replace(old, fresh) {
    if (old.innerHTML === fresh.innerHTML) return;
    const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
    const shared = document.adoptNode(fresh);
    for (const id of open) shared.querySelector("#" + CSS.escape(id))?.setAttribute("open", "");
    old.replaceChildren(...shared.childNodes);
  }

  function show(fresh) {
    if (script(fresh) !== script(document)) return location.reload();
    if (names(fresh) !== names(document)) {
      document.querySelector("main").replaceWith(document.adoptNode(fresh.querySelector("main")));
      return;
    }
    for (const part of parts(document)) {
      if (!inUse(part)) replace(part, fresh.getElementById(part.id));
    }
  }

  function lost(isLost) {
    const note = document.getElementById("lost");
    if (isLost && note.hidden) {
      document.getElementById("lost-since").textContent = document.querySelector("#live time").textContent;
    }
    note.hidden = !isLost;
    document.body.classList.toggle("lost", isLost);
  }

  async function refresh() {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(patience) });
      if (!answer.ok) throw new Error(answer.status);
      show(new DOMParser().parseFromString(await answer.text(), "text/html"));
      lost(false);
    } catch {
      lost(true);
    } finally {
      busy = false;
    }
  }

  setInterval(refresh, period);
  document.addEventListener("visibilitychange", refresh);
})();
