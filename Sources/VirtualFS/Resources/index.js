
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const element = id => document.getElementById(id);

  // Control characters, and what changes the direction of writing, are shown by their numbers.
  const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
  const visible = text =>
    String(text).replace(hidden, c => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0"));

  const make = (tag, properties = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in node) node[name] = value; else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };

  // --- Recordings. A row is [name, bytes of the name, picture, coded file, 0, values of the columns ...].

  const firstColumn = 5;
  const place = Object.fromEntries(data.columns.map((column, index) => [column.name, firstColumn + index]));
  const rows = [];
  const directories = [];
  for (const group of data.groups) {
    if (!group) continue;
    const [name, encoded, members] = group;
    const directory = { name, url: encoded || encodeURIComponent(name).replaceAll("%2F", "/") };
    for (const row of members) {
      rows.push(row);
      directories.push(directory);
    }
  }
  const value = (index, column) => rows[index][place[column]] ?? null;
  const path = index => (directories[index].name ? directories[index].name + "/" : "") + rows[index][0];
  const seconds = index => value(index, "samples") / value(index, "rate");
  const device = index => ["make", "model", "serial"].map(name => value(index, name)).filter(Boolean).join(" ");
  // A start without an offset is taken for UTC, as everywhere.
  const instant = index => {
    const start = value(index, "start");
    return start === null ? null : Date.parse(/[Z+]|-\d\d:\d\d$/.test(start.slice(11)) ? start : start + "Z");
  };
  const day = index => { const start = value(index, "start"); return start === null ? "" : start.slice(0, 10); };

  const link = (index, folder, name, encoded) => {
    const directory = directories[index].url;
    return "../" + folder + (directory ? directory + "/" : "") + (encoded || encodeURIComponent(name));
  };
  const stem = index => rows[index][0].replace(/\.[^.]*$/, "");
  const soundLink = index => link(index, "", rows[index][0], rows[index][1]);
  // 1 stands for the name of the WAV file with another ending.
  const viewLink = (index, view, other, ending) => {
    if (!other) return null;
    return link(index, data.views[view] + "/", other === 1 ? stem(index) + ending : "", other === 1 ? "" : other);
  };
  const pictureLink = index => viewLink(index, 0, rows[index][2], ".png");
  const codedLink = index => viewLink(index, 1, rows[index][3], "");

  // --- Texts

  const number = n => n.toLocaleString("en").replaceAll(",", "\u2009");
  const duration = total => {
    if (!isFinite(total)) return "";
    const tenths = Math.round(total * 10);
    const [h, m, s] = [Math.floor(tenths / 36000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
    const rest = (h || m ? s.toFixed(1).padStart(4, "0") : s.toFixed(1)).replace(/\.0$/, "");
    return h ? `${h}:${String(m).padStart(2, "0")}:${rest}` : m ? `${m}:${rest}` : total < 60 && total > 0 ? `${rest} s` : "0 s";
  };
  const hours = total => total < 60 ? `${Math.round(total)} s`
    : total < 3600 ? `${Math.round(total / 60)} min` : `${number(Math.round(total / 3600))} h`;
  const count = (n, one) => `${number(n)} ${one}${n === 1 ? "" : "s"}`;

  // --- Columns of the table

  const columns = [
    { id: "name", title: "Name", key: index => path(index).toLowerCase(), text: path },
    { id: "start", title: "Start", key: instant, text: index => (value(index, "start") ?? "").replace("T", " ") },
    { id: "length", title: "Length", isNumber: true, key: seconds, text: index => duration(seconds(index)) },
    { id: "rate", title: "Hz", isNumber: true, isMinor: true, key: index => value(index, "rate"), text: index => number(value(index, "rate")) },
    { id: "channels", title: "Channels", isNumber: true, isMinor: true, key: index => value(index, "channels"), text: index => number(value(index, "channels")) },
    { id: "codec", title: "Codec", isMinor: true, key: index => value(index, "codec"), text: index => value(index, "codec") },
    { id: "device", title: "Device", isMinor: true, key: index => device(index).toLowerCase() || null, text: device },
  ];

  // --- What is shown

  const state = { words: [], day: null, column: null, isDescending: false, page: 0, size: 50, open: null };
  let shown = [];
  const orders = new Map();

  // All recordings in the order of a column; unknown values come last in both directions.
  const order = (column, isDescending) => {
    if (!orders.has(column.id)) {
      const keys = rows.map((_, index) => column.key(index));
      const isKnown = index => keys[index] !== null;
      const known = Uint32Array.from(Array.from(rows.keys()).filter(isKnown))
        .sort((a, b) => keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b);
      orders.set(column.id, { known, unknown: Array.from(rows.keys()).filter(index => !isKnown(index)) });
    }
    const { known, unknown } = orders.get(column.id);
    return [...(isDescending ? known.toReversed() : known), ...unknown];
  };

  let texts = null;
  const searchable = () => {
    texts ??= rows.map((row, index) => {
      const values = row.slice(firstColumn).filter(value => value !== null).join(" ");
      return (path(index) + " " + values).toLowerCase();
    });
    return texts;
  };

  const select = () => {
    const all = state.column ? order(state.column, state.isDescending) : rows.keys();
    const isFiltered = state.words.length || state.day !== null;
    const texts = state.words.length ? searchable() : null;
    shown = isFiltered
      ? [...all].filter(index =>
          (state.day === null || day(index) === state.day) && state.words.every(word => texts[index].includes(word)))
      : [...all];
  };

  const pageCount = () => Math.max(1, Math.ceil(shown.length / state.size));

  const update = ({ isNewSelection = false, page = state.page } = {}) => {
    if (isNewSelection) { select(); page = 0; }
    state.page = Math.min(Math.max(page, 0), pageCount() - 1);
    state.open = null;
    const first = state.page * state.size;
    const part = shown.slice(first, first + state.size);
    element("rows").replaceChildren(...part.map(rowNode));
    element("page").value = state.page + 1;
    element("page").max = pageCount();
    element("pages").classList.toggle("single", pageCount() === 1);
    element("page-count").textContent = `of ${number(pageCount())}`;
    element("status").textContent = shown.length
      ? `${number(first + 1)} to ${number(first + part.length)} of ${count(shown.length, "recording")}`
      : "no recordings";
    for (const id of ["first", "previous"]) element(id).disabled = state.page === 0;
    for (const id of ["next", "last"]) element(id).disabled = state.page === pageCount() - 1;
    element("nothing").hidden = shown.length > 0;
    element("table").hidden = shown.length === 0;
    for (const column of columns) {
      const isSorted = state.column === column;
      column.title_node.setAttribute("aria-sort", isSorted ? (state.isDescending ? "descending" : "ascending") : "none");
      column.title_node.firstChild.textContent = column.title + (isSorted ? (state.isDescending ? " ▼" : " ▲") : "");
    }
    element("sort").value = state.column ? state.column.id + (state.isDescending ? "-" : "+") : "";
    element("day").hidden = state.day === null;
    element("day").textContent = state.day === null ? "" : `${state.day || "without a start"} ✕`;
    element("day").setAttribute("aria-label", `Show all days, not only ${state.day || "recordings without a start"}`);
    for (const button of document.querySelectorAll("#months button")) {
      button.setAttribute("aria-pressed", button.dataset.day === state.day);
    }
    element("undated").setAttribute("aria-pressed", state.day === "");
  };

  const rowNode = index => {
    const name = visible(path(index));
    const play = make("button", { type: "button", textContent: "▶" });
    play.setAttribute("aria-label", `Play ${name}`);
    play.setAttribute("aria-expanded", "false");
    const row = make("tr", { className: "recording" }, make("td", { className: "play" }, play));
    for (const column of columns) {
      const cell = make("td", { className: column.id + (column.isMinor ? " minor" : "") + (column.isNumber ? " number" : "") });
      if (column.id === "name") {
        cell.append(make("a", { href: soundLink(index), textContent: name }));
      } else {
        cell.textContent = visible(column.text(index) ?? "");
      }
      row.append(cell);
    }
    play.addEventListener("click", () => state.open?.row === row ? close() : open(index, row, play));
    return row;
  };

  // --- One recording

  const close = () => {
    if (!state.open) return;
    const { row, detail, play } = state.open;
    detail.remove();
    row.classList.remove("open");
    play.setAttribute("aria-expanded", "false");
    state.open = null;
    play.focus();
  };

  const open = (index, row, play) => {
    close();
    const name = visible(path(index));
    const audio = make("audio", { controls: true, preload: "metadata" });
    audio.setAttribute("aria-label", name);
    const sources = [codedLink(index), soundLink(index)].filter(Boolean).map(src => make("source", { src }));
    audio.append(...sources);
    const failure = make("p", { className: "failure", hidden: true }, "This browser cannot play it here. ",
      make("a", { href: soundLink(index), textContent: "Open the file" }), " with another program.");
    sources[sources.length - 1].addEventListener("error", () => { failure.hidden = false; });
    const cell = make("td", { className: "detail", colSpan: columns.length + 1 }, audio, failure);
    const picture = pictureLink(index);
    if (picture) {
      const image = make("img", { src: picture, loading: "lazy", alt: `Spectrogram of ${name}`, width: 1280, height: 720 });
      cell.append(make("a", { href: picture }, image));
    }
    cell.append(facts(index));
    const detail = make("tr", { className: "detail" }, cell);
    row.after(detail);
    row.classList.add("open");
    play.setAttribute("aria-expanded", "true");
    state.open = { row, detail, play };
    audio.play().catch(() => {});
    audio.focus();
  };

  const facts = index => {
    const list = make("dl");
    for (const column of data.columns) {
      const known = value(index, column.name);
      if (known === null) continue;
      const unit = column.unit ? ` ${column.unit}` : "";
      list.append(
        make("dt", { textContent: column.name.replaceAll("_", " "), title: column.meaning }),
        make("dd", { textContent: visible(known) + unit }));
    }
    return list;
  };

  // --- The calendar

  const days = new Map();
  let total = 0, undatedCount = 0;
  for (let index = 0; index < rows.length; index++) {
    const length = seconds(index);
    if (isFinite(length)) total += length;
    const date = day(index);
    if (!date) { undatedCount++; continue; }
    const known = days.get(date) ?? { count: 0, seconds: 0 };
    known.count++;
    if (isFinite(length)) known.seconds += length;
    days.set(date, known);
  }
  const dates = [...days.keys()].sort();
  const years = [...new Set(dates.map(date => date.slice(0, 4)))];
  const most = dates.reduce((most, date) => Math.max(most, days.get(date).seconds), 0);
  const monthNames = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

  const chooseDay = date => {
    state.day = state.day === date ? null : date;
    update({ isNewSelection: true });
  };

  const monthNode = month => {
    const [year, number] = month.split("-").map(Number);
    // Date.UTC takes years below 100 for those of the twentieth century.
    const first = new Date(0);
    first.setUTCFullYear(year, number - 1, 1);
    const last = new Date(first);
    last.setUTCFullYear(year, number, 0);
    const body = make("tbody");
    let week = null;
    for (let date = 1 - (first.getUTCDay() + 6) % 7; date <= last.getUTCDate(); date++) {
      if (!week || week.children.length === 7) { week = make("tr"); body.append(week); }
      const cell = make("td");
      week.append(cell);
      if (date < 1) continue;
      const text = `${month}-${String(date).padStart(2, "0")}`;
      const known = days.get(text);
      if (!known) { cell.textContent = date; continue; }
      const level = most > 0 ? Math.min(4, 1 + Math.floor(4 * Math.sqrt(known.seconds / most) * 0.999)) : 1;
      const label = `${text}: ${count(known.count, "recording")}, ${hours(known.seconds)}`;
      const button = make("button", { type: "button", textContent: date, className: `d${level}`, title: label, tabIndex: -1 });
      button.dataset.day = text;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", state.day === text);
      button.addEventListener("click", () => chooseDay(text));
      cell.append(button);
    }
    const head = make("tr");
    for (const name of ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]) head.append(make("th", { scope: "col", textContent: name }));
    return make("table", {}, make("caption", { textContent: `${monthNames[number - 1]} ${month.slice(0, 4)}` }), make("thead", {}, head), body);
  };

  const showYear = year => {
    const months = [...new Set(dates.filter(date => date.startsWith(year)).map(date => date.slice(0, 7)))];
    element("months").replaceChildren(...months.map(monthNode));
    const button = document.querySelector("#months button");
    if (button) button.tabIndex = 0;
    element("year").value = year;
    element("earlier").disabled = year === years[0];
    element("later").disabled = year === years[years.length - 1];
  };

  // The next day with recordings that is at least `step` days away, in the calendar's year.
  element("months").addEventListener("keydown", event => {
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const buttons = [...document.querySelectorAll("#months button")];
    const here = buttons.indexOf(event.target);
    if (here < 0) return;
    let target = null;
    if (event.key in steps) {
      const step = steps[event.key];
      const time = button => Date.parse(button.dataset.day) / 86400000;
      const wanted = time(event.target) + step;
      target = step > 0 ? buttons.find(button => time(button) >= wanted) : buttons.findLast(button => time(button) <= wanted);
    } else if (event.key === "Home") {
      target = buttons[0];
    } else if (event.key === "End") {
      target = buttons[buttons.length - 1];
    } else {
      return;
    }
    event.preventDefault();
    if (!target) return;
    event.target.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  });

  // --- The beginning

  element("summary").textContent = `${count(rows.length, "recording")}, ${hours(total)}`;
  if (dates.length) {
    const [first, last] = [dates[0], dates[dates.length - 1]];
    element("summary").append(", ", make("span", { textContent: first }));
    if (first !== last) element("summary").append(" to ", make("span", { textContent: last }));
  }

  if (data.problems.count) {
    element("problems").hidden = false;
    element("problems-title").textContent = count(data.problems.count, "problem");
    element("problem-list").append(...data.problems.first.map(text => make("li", { textContent: visible(text) })));
    element("more-problems").hidden = data.problems.count === data.problems.first.length;
  }

  if (dates.length) {
    element("calendar").hidden = false;
    element("year").append(...years.map(year => make("option", { textContent: year })));
    element("year").addEventListener("change", () => showYear(element("year").value));
    const move = by => showYear(years[Math.min(Math.max(years.indexOf(element("year").value) + by, 0), years.length - 1)]);
    element("earlier").addEventListener("click", () => move(-1));
    element("later").addEventListener("click", () => move(1));
    element("undated").hidden = undatedCount === 0;
    element("undated").textContent = `${number(undatedCount)} without a start`;
    element("undated").addEventListener("click", () => chooseDay(""));
    showYear(years[years.length - 1]);
  }

  element("titles").append(make("td"));
  element("sort").append(make("option", { value: "", textContent: "as in the store" }));
  for (const column of columns) {
    const button = make("button", { type: "button", textContent: column.title });
    column.title_node = make("th", { scope: "col", className: (column.isMinor ? "minor" : "") + (column.isNumber ? " number" : "") }, button);
    button.addEventListener("click", () => {
      state.isDescending = state.column === column && !state.isDescending;
      state.column = column;
      update({ isNewSelection: true });
    });
    element("titles").append(column.title_node);
    for (const [sign, word] of [["+", "up"], ["-", "down"]]) {
      element("sort").append(make("option", { value: column.id + sign, textContent: `${column.title}, ${word}` }));
    }
  }
  element("sort").addEventListener("change", () => {
    const chosen = element("sort").value;
    state.column = columns.find(column => column.id === chosen.slice(0, -1)) ?? null;
    state.isDescending = chosen.endsWith("-");
    update({ isNewSelection: true });
  });

  element("search-form").addEventListener("submit", event => event.preventDefault());
  element("search").addEventListener("input", () => {
    state.words = element("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    update({ isNewSelection: true });
  });
  element("day").addEventListener("click", () => { chooseDay(state.day); element("search").focus(); });
  element("page-size").addEventListener("change", () => {
    const first = state.page * state.size;
    state.size = Number(element("page-size").value);
    update({ page: Math.floor(first / state.size) });
  });
  element("page").addEventListener("change", () => update({ page: Math.floor(Number(element("page").value) || 1) - 1 }));
  element("first").addEventListener("click", () => update({ page: 0 }));
  element("previous").addEventListener("click", () => update({ page: state.page - 1 }));
  element("next").addEventListener("click", () => update({ page: state.page + 1 }));
  element("last").addEventListener("click", () => update({ page: pageCount() - 1 }));

  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Escape") return close();
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") { event.preventDefault(); element("search").focus(); }
    if (event.key === "n" && !element("next").disabled) update({ page: state.page + 1 });
    if (event.key === "p" && !element("previous").disabled) update({ page: state.page - 1 });
  });

  update({ isNewSelection: true });
})();
