/** Lengths of card numbers by ISO/IEC 7812-1 as they are issued. */
const SHORTEST = 12;
const LONGEST = 19;

/**
 * Whether a text holds what looks like a card number: 12 to 19 digits, perhaps in groups, whose check digit
 * is right (the Luhn formula of ISO/IEC 7812-1, annex B). Such a thing is never taken, kept or passed on.
 */
export function looksLikeCardNumber(text: string): boolean {
  return (text.match(/\d(?:[ .\u00a0-]?\d)+/g) ?? []).some((run) => {
    const digits = run.replace(/\D/g, '');
    if (digits.length < SHORTEST) return false;
    // A longer run may hide one: every window of it is looked at.
    for (let start = 0; start + SHORTEST <= digits.length; start += 1) {
      for (let length = SHORTEST; length <= LONGEST && start + length <= digits.length; length += 1) {
        if (digits.length <= LONGEST && length !== digits.length) continue;
        if (passesLuhn(digits.slice(start, start + length))) return true;
      }
    }
    return false;
  });
}

/** Every second digit from the right counts double, 10 and more by their digit sum; the sum ends in 0. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const value = i % 2 === 0 ? digit : digit * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}
