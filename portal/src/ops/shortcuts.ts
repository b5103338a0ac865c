import { useEffect, useRef, useSyncExternalStore } from 'react';

/** Single keys are for who wants them (WCAG 2.1.4): they can be switched off, and rest while somebody types. */
const STORED = 'neverout.shortcuts';
const listeners = new Set<() => void>();

function read(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}

function write(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, 'off');
  } catch {
    // Storage is closed: nothing to remember.
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useShortcutsSwitch(): readonly [boolean, (isOn: boolean) => void] {
  return [useSyncExternalStore(subscribe, read), write];
}

const TYPING = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"]';

/** Runs the handler of a key while the page is open. Two keys in a row are written `g t`. */
export function useShortcuts(handlers: Readonly<Record<string, () => void>>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    let before = '';
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as Element | null;
      const isBusy = event.ctrlKey || event.metaKey || event.altKey || target?.closest(TYPING) != null;
      if (isBusy || !read()) return;
      const pair = `${before} ${event.key}`;
      const handler = current.current[pair] ?? current.current[event.key];
      before = event.key;
      if (handler === undefined) return;
      before = '';
      event.preventDefault();
      handler();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
