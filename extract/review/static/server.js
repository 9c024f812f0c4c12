// Decisions on their way to the server: one after the other, and the page says when one was not kept.

const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";
const status = document.getElementById("status");
let queue = Promise.resolve();
let waiting = 0;

export function say(message, isProblem = false) {
  (document.querySelector("dialog[open]") ?? document.body).append(status); // a dialog covers what is not in it
  status.textContent = message;
  status.classList.toggle("problem", isProblem);
}

/** Send JSON; `body` may be a function, which is asked when the turn comes. Resolves to the answer, ok or not. */
export function send(path, body) {
  waiting += 1;
  const answer = queue.then(() => post(path, typeof body === "function" ? body() : body));
  queue = answer.finally(() => { waiting -= 1; });
  return answer;
}

async function post(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
    });
    if (response.headers.get("content-type")?.includes("json")) {
      const answer = await response.json();
      return "ok" in answer ? answer : { ok: false, message: answer.detail ?? "not understood by the server" };
    }
    return { ok: false, message: await response.text() };
  } catch {
    return { ok: false, message: "not kept: casetab review does not answer; is it still running in the terminal?" };
  }
}

export async function fetchPart(path, parameters) {
  const response = await fetch(`${path}?${new URLSearchParams(parameters)}`);
  const text = await response.text();
  if (response.ok) return text;
  let message = text;
  try { message = JSON.parse(text).detail ?? text; } catch { /* plain text */ }
  throw new Error(message);
}

/** Load the page again and come back to a row. */
export function reload(key = "") {
  try { sessionStorage.setItem("row", key); } catch { /* private window: begins with the first row */ }
  location.reload();
}

addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
