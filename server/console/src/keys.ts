import { onScopeDispose, ref, watch } from "vue";

/** The key map is data: pages register handlers, the help dialog prints this table. */
export const KEY_MAP = [
  { act: "help", keys: ["?"], scope: "everywhere" },
  { act: "search", keys: ["/"], scope: "list" },
  { act: "next", keys: ["j"], scope: "list" },
  { act: "previous", keys: ["k"], scope: "list" },
  { act: "open", keys: ["Enter"], scope: "list" },
  { act: "loadNew", keys: ["n"], scope: "list" },
  { act: "confirm", keys: ["y"], scope: "lead" },
  { act: "dismiss", keys: ["n"], scope: "lead" },
  { act: "unclear", keys: ["u"], scope: "lead" },
  { act: "play", keys: [" "], scope: "lead" },
  { act: "nextLead", keys: ["j"], scope: "lead" },
  { act: "previousLead", keys: ["k"], scope: "lead" },
  { act: "back", keys: ["Escape"], scope: "lead" },
  { act: "reason", keys: ["1", "2", "3", "4", "5", "6"], scope: "decision" },
  { act: "submit", keys: ["Enter"], scope: "decision" },
  { act: "cancel", keys: ["Escape"], scope: "decision" },
] as const;

export type KeyScope = (typeof KEY_MAP)[number]["scope"];
export type KeyAct = (typeof KEY_MAP)[number]["act"];
/** What to do on an act; `false` means: not now, ask somebody else. */
export type KeyHandler = (key: string) => unknown;
export type KeyHandlers = Partial<Record<KeyAct, KeyHandler>>;

const STORED = "hazard-patrol.letter-keys";

/** Single-letter keys can be switched off (WCAG 2.1.4); the choice stays in this browser. */
export const letterKeys = ref(localStorage.getItem(STORED) !== "off");
watch(letterKeys, (on) => localStorage.setItem(STORED, on ? "on" : "off"));

/** Whether typing in this element means text, so that no shortcut may act. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  const buttons = ["button", "checkbox", "radio", "submit", "reset"];
  return target instanceof HTMLInputElement && !buttons.includes(target.type);
}

/** Whether the key already means something to the element that has the focus. */
function ownKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" && event.key !== " ") return false;
  return (
    event.target instanceof HTMLElement &&
    event.target.closest("a, button, video, input, summary, label") !== null
  );
}

/** The act that a key means in a scope, if any. */
export function actOf(key: string, scope: KeyScope): KeyAct | undefined {
  const wanted = key.length === 1 ? key.toLowerCase() : key;
  return KEY_MAP.find(
    (row) => row.scope === scope && (row.keys as readonly string[]).includes(wanted),
  )?.act;
}

function isShortcut(event: KeyboardEvent): boolean {
  const modified = [event.ctrlKey, event.metaKey, event.altKey].includes(true);
  if (modified || event.defaultPrevented || event.isComposing) return false;
  if (takesText(event.target) || ownKey(event)) return false;
  if (document.querySelector("dialog[open]") !== null) return false;
  return letterKeys.value || event.key.length > 1 || event.key === " ";
}

interface Listening {
  scope: KeyScope;
  handlers: KeyHandlers;
}

const listening: Listening[] = [];

// what was opened last is asked first: Esc ends a decision before it leaves the page
function dispatch(event: KeyboardEvent): void {
  if (!isShortcut(event)) return;
  for (const { scope, handlers } of [...listening].reverse()) {
    const act = actOf(event.key, scope);
    const handler = act === undefined ? undefined : handlers[act];
    if (handler === undefined || handler(event.key) === false) continue;
    event.preventDefault();
    return;
  }
}

/** Listens for the keys of one scope while the component lives. */
export function useKeys(scope: KeyScope, handlers: KeyHandlers): void {
  const mine = { scope, handlers };
  if (listening.length === 0) window.addEventListener("keydown", dispatch);
  listening.push(mine);
  onScopeDispose(() => {
    listening.splice(listening.indexOf(mine), 1);
    if (listening.length === 0) window.removeEventListener("keydown", dispatch);
  });
}
