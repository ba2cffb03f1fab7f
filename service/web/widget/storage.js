// What is kept for the tab. A browser that keeps nothing still answers questions.

const PREFIX = "yauap ";

export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name)) ?? null;
  } catch {
    return null;
  }
}

/** False where it did not fit. */
export function keep(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
