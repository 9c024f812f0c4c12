// The marks of a row in the article, in the text as casetab read it or in the source.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Return the marks of a row in the view that is shown. */
export function marksOf(row) {
  const source = find("#source");
  if (!source.hidden) return all(`mark[data-rows~="${row.dataset.number}"]`, source);
  return row.dataset.places.split(" ").filter(Boolean).flatMap((place) => {
    const [first, last] = place.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => document.getElementById(`m${first + i}`)).filter(Boolean);
  });
}

/** Point out the marks of a row; `scroll` brings the first one onto the screen. */
export function showMarks(row, scroll) {
  for (const mark of all("mark.on")) mark.classList.remove("on");
  const marks = marksOf(row);
  for (const mark of marks) mark.classList.add("on");
  if (!scroll || !marks.length) return;
  const box = marks[0].getBoundingClientRect();
  const pane = find(".text").getBoundingClientRect();
  const sideBySide = getComputedStyle(find(".text")).overflowY !== "visible";
  if (sideBySide && (box.top < pane.top + 20 || box.bottom > pane.bottom - 20)) {
    marks[0].scrollIntoView({ block: "center" });
  }
}
