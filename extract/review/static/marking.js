// Marked words of the article, by mouse or by keys, as offsets of the text that the server knows.

const hint = document.getElementById("marking");
let block = null;
let words = [];
let from = 0;
let to = 0;

const points = (text) => [...text].length; // offsets count code points, JavaScript counts UTF-16 units

/** Return what is marked: {start, end, view}, or null. */
export function marked() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const view = element(range.commonAncestorContainer).closest(".view");
  if (!view || view.hidden) return null;
  const start = offset(view, range.startContainer, range.startOffset);
  const end = offset(view, range.endContainer, range.endOffset);
  return start === null || end === null || end <= start ? null : { start, end, view: view.dataset.view };
}

function element(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
}

function offset(view, node, at) {
  let inside = element(node).closest(".block");
  if (!inside) { // between two blocks: the beginning of the next one, else the end of the last one
    const blocks = [...view.querySelectorAll(".block")];
    const here = document.createRange();
    here.setStart(node, at);
    inside = blocks.find((one) => here.comparePoint(one, 0) >= 0);
    if (inside) return Number(inside.dataset.start);
    inside = blocks.at(-1);
    return inside ? Number(inside.dataset.start) + points(inside.textContent) : null;
  }
  const before = document.createRange();
  before.setStart(inside, 0);
  before.setEnd(node, at);
  return Number(inside.dataset.start) + points(before.toString());
}

/** Keep showing what is marked while a form has the focus; `clear` ends that. */
export function keepShown(clear = false) {
  if (!globalThis.Highlight) return; // an older browser: the form shows the quote
  if (clear) CSS.highlights.delete("marked");
  else if (getSelection().rangeCount) CSS.highlights.set("marked", new Highlight(getSelection().getRangeAt(0).cloneRange()));
}

export const isMarking = () => !hint.hidden;

/** Begin to mark with the keys, at a mark or at the first block on the screen. */
export function startMarking(near) {
  const view = document.querySelector(".view:not([hidden])");
  const top = view.parentElement.getBoundingClientRect().top;
  const first = near?.closest(".view") === view ? near.closest(".block") : null;
  const shown = first ?? [...view.querySelectorAll(".block")].find((one) => one.getBoundingClientRect().bottom > top);
  if (!shown) return;
  enter(shown, 0);
  if (first) {
    const before = document.createRange();
    before.setStart(first, 0);
    before.setEndBefore(near);
    from = to = Math.max(0, words.findIndex(([start]) => start >= before.toString().length));
  }
  hint.hidden = false;
  show();
}

export function endMarking() {
  hint.hidden = true;
  getSelection().removeAllRanges();
}

function enter(next, at) {
  block = next;
  words = [...block.textContent.matchAll(/\S+/g)].map((found) => [found.index, found.index + found[0].length]);
  from = to = at < 0 ? words.length - 1 : Math.min(at, words.length - 1);
}

function step(direction, others = "nextElementSibling") {
  let next = block[others];
  while (next && !(next.classList.contains("block") && next.textContent.trim())) next = next[others];
  if (next) enter(next, direction);
}

/** Move or widen the marked words; tells whether the key was one of those. */
export function markingKey(event) {
  const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 };
  if (event.key === "PageDown") step(0);
  else if (event.key === "PageUp") step(0, "previousElementSibling");
  else if (!(event.key in moves)) return false;
  else {
    const target = to + moves[event.key];
    if (event.shiftKey) to = Math.min(Math.max(target, 0), words.length - 1);
    else if (target >= words.length) step(0);
    else if (target < 0) step(-1, "previousElementSibling");
    else from = to = target;
  }
  show();
  return true;
}

function show() {
  if (!words.length) return;
  const [start, end] = from <= to ? [words[from][0], words[to][1]] : [words[to][0], words[from][1]];
  const range = document.createRange();
  range.setStart(...place(start));
  range.setEnd(...place(end));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  const near = document.createRange();
  near.setStart(...place(words[to][0]));
  near.setEnd(...place(words[to][1]));
  const box = near.getBoundingClientRect();
  const pane = block.closest(".text").getBoundingClientRect();
  if (box.top < Math.max(pane.top, 0) + 60 || box.bottom > Math.min(pane.bottom, innerHeight) - 60) {
    element(near.startContainer).scrollIntoView({ block: "center" });
  }
}

/** Return the text node and the offset in it of a place in the block. */
function place(at) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let left = at;
  let node = walker.nextNode();
  let last = node;
  while (node && left > node.length) {
    left -= node.length;
    last = node;
    node = walker.nextNode();
  }
  return node ? [node, left] : [last, last.length];
}
