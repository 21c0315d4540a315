"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const videos = [...document.querySelectorAll(".video")];
  const find = document.getElementById("find"), choice = document.getElementById("class"), flips = document.getElementById("flips");
  const count = document.getElementById("count"), none = document.getElementById("none"), tip = document.getElementById("tip");
  const LENGTHS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
  let current = -1, chosenClip = -1;

  const made = (name, attributes = {}, text) => {
    const svg = ["svg", "rect"].includes(name);
    const element = svg ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const clock = (seconds) => {
    const whole = Math.round(seconds), s = String(whole % 60).padStart(2, "0"), m = Math.floor(whole / 60) % 60, h = Math.floor(whole / 3600);
    return h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
  };
  const exact = (seconds) => `${clock(Math.floor(seconds))}${(seconds % 1).toFixed(1).slice(1)}`;
  const score = (value) => (value === null ? "kept" : value.toFixed(1));

  const chosenClass = () => (choice.value === "" ? null : Number(choice.value));
  const cellsOf = (place) => data.videos[place][1].filter((cell) => chosenClass() === null || cell[0] === chosenClass());

  const lane = (svg, clips, side, y, length) => {
    svg.append(made("rect", { class: "lane", x: 0, y, width: "100%", height: 11, rx: 2 }));
    clips.forEach((clip, number) => {
      const [start, end, , option, , partner] = clip;
      const rect = made("rect", {
        class: `clip ${side ? "right" : "left"} ${option || "none"}${partner === null ? " alone" : ""}`,
        x: `${(100 * start) / length}%`, y, width: `${Math.max(0.15, (100 * (end - start)) / length)}%`, height: 11, rx: 1.5,
        "data-side": side, "data-clip": number, "data-start": start, "data-end": end,
      });
      rect.clip = clip;
      svg.append(rect);
    });
  };

  const ticks = (length) => {
    const step = LENGTHS.find((each) => length / each <= (innerWidth < 820 ? 3 : 8)) || 7200;
    const line = made("div", { class: "axisline", "aria-hidden": "true" }), inside = made("div");
    for (let at = 0; at <= length - step / 2; at += step) inside.append(made("span", { style: `left: ${(100 * at) / length}%` }, clock(at)));
    inside.append(made("span", { style: "left: 100%" }, clock(length)));
    line.append(inside);
    return line;
  };

  const draw = (article) => {
    const place = Number(article.dataset.video), box = article.querySelector(".timeline"), cells = cellsOf(place);
    const ends = data.videos[place][1].flatMap((cell) => [...cell[5], ...cell[6]].map((clip) => clip[1]));
    const length = data.videos[place][0] || Math.max(1, ...ends);
    box.replaceChildren();
    for (const [label, left, right, leftScore, rightScore, leftClips, rightClips] of cells) {
      const way = left && !right ? " lost" : right && !left ? " gained" : "";
      const row = made("div", { class: `row${way}`, "data-class": label });
      row.append(made("div", { class: "name", title: data.classes[label] }, data.classes[label]));
      const told = `${data.classes[label]}: ${data.sides[0]} ${left ? leftClips.length + " clips" : "does not keep it"}, ${data.sides[1]} ${right ? rightClips.length + " clips" : "does not keep it"}`;
      const svg = made("svg", { role: "img", "aria-label": told });
      lane(svg, leftClips, 0, 1, length);
      lane(svg, rightClips, 1, 14, length);
      row.append(svg);
      const scores = made("div", { class: "scores" });
      scores.append(left ? score(leftScore) : made("b", {}, "–"), " → ", right ? score(rightScore) : made("b", {}, "–"));
      row.append(scores);
      box.append(row);
    }
    box.append(cells.length ? ticks(length) : made("p", { class: "fine" }, "Neither side keeps a class here."));
    box.removeAttribute("data-empty");
  };

  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting && entry.target.querySelector("[data-empty]")) draw(entry.target);
  }, { rootMargin: "600px 0px" });
  videos.forEach((article) => seen.observe(article));

  const fits = (place) => {
    const cells = cellsOf(place);
    if (chosenClass() !== null && !cells.length) return false;
    if (flips.checked && !cells.some((cell) => cell[1] !== cell[2])) return false;
    const wanted = find.value.trim().toLowerCase();
    return !wanted || videos[place].querySelector("h3").textContent.toLowerCase().includes(wanted);
  };
  const filter = () => {
    let shown = 0;
    videos.forEach((article, place) => {
      const good = fits(place);
      article.hidden = !good;
      shown += good;
      article.style.setProperty("--rows", cellsOf(place).length);
      article.querySelector(".timeline").setAttribute("data-empty", "");
      seen.unobserve(article);
      if (good) seen.observe(article);
    });
    count.textContent = `${shown} ${shown === 1 ? "video" : "videos"}`;
    none.hidden = shown > 0;
    document.querySelectorAll(".pick").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.pick === choice.value)));
    document.querySelectorAll(".dots circle").forEach((dot) => dot.classList.toggle("dim", choice.value !== "" && dot.dataset.class !== choice.value));
    hide();
  };

  const show = (rect, x, y) => {
    const [start, end, value, option, prompt, partner] = rect.clip;
    const name = data.classes[Number(rect.closest(".row").dataset.class)];
    tip.replaceChildren(
      made("b", {}, `${name} · ${data.sides[Number(rect.dataset.side)]}`),
      `${exact(start)} to ${exact(end)}${value === null ? "" : ` · score ${value}`}${option ? ` · ${option.replaceAll("_", " ")}` : ""}`,
    );
    if (prompt >= 0) tip.append(made("br"), `“${data.prompts[prompt]}”`);
    tip.append(made("br"), partner === null ? "no counterpart" : `overlaps its counterpart by ${Math.round(100 * partner)} %`);
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(x + 12, innerWidth - box.width - 8))}px`;
    tip.style.top = `${y + 16 + box.height > innerHeight ? Math.max(8, y - box.height - 12) : y + 16}px`;
  };
  const hide = () => {
    tip.hidden = true;
    document.querySelectorAll(".clip.now").forEach((rect) => rect.classList.remove("now"));
    chosenClip = -1;
  };
  const list = document.getElementById("list");
  list.addEventListener("pointermove", (event) => {
    if (event.target.classList.contains("clip")) show(event.target, event.clientX, event.clientY);
    else if (chosenClip < 0) tip.hidden = true;
  });
  list.addEventListener("pointerleave", hide);
  list.addEventListener("focusin", (event) => {
    const article = event.target.closest(".video");
    if (article) current = videos.indexOf(article);
    hide();
  });

  const step = (way) => {
    for (let place = current + way; place >= 0 && place < videos.length; place += way) {
      if (!videos[place].hidden) {
        if (videos[place].querySelector("[data-empty]")) draw(videos[place]);
        videos[place].focus();
        videos[place].scrollIntoView({ block: "nearest" });
        return;
      }
    }
  };
  const stepClip = (way) => {
    const clips = current < 0 ? [] : [...videos[current].querySelectorAll(".clip")];
    if (!clips.length) return;
    const next = (chosenClip + way + clips.length + (chosenClip < 0 && way < 0 ? 1 : 0)) % clips.length;
    hide();
    chosenClip = next;
    clips[next].classList.add("now");
    const box = clips[next].getBoundingClientRect();
    show(clips[next], box.left, box.bottom);
  };
  const keys = {
    "/": () => find.focus(), f: () => { flips.checked = !flips.checked; filter(); },
    j: () => step(1), k: () => step(-1), ArrowRight: () => stepClip(1), ArrowLeft: () => stepClip(-1), Escape: hide,
  };
  document.addEventListener("keydown", (event) => {
    const typing = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) && event.target.type !== "checkbox";
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    if (event.key.startsWith("Arrow") && !event.target.closest(".video")) return;
    event.preventDefault();
    keys[event.key]();
  });

  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  [find, choice, flips].forEach((field) => field.addEventListener("input", filter));
  document.querySelectorAll(".pick").forEach((button) => button.addEventListener("click", () => {
    choice.value = choice.value === button.dataset.pick ? "" : button.dataset.pick;
    filter();
  }));
  addEventListener("beforeprint", () => {
    videos.filter((article) => !article.hidden && article.querySelector("[data-empty]")).slice(0, 300).forEach(draw);
  });
})();
