// What the hub says of itself in English, such as why it refuses and what is wrong with a sensor, in the person's language.
//
// A language's file holds each English sentence, with {holes} for what differs, and the same in its own words.

let patterns = [];

export function learn(sentences) {
  patterns = Object.entries(sentences).map(([english, own]) => ({ pattern: pattern(english), fixed: english.replace(/\{\w+\}/g, "").length, own }));
  patterns.sort((one, other) => other.fixed - one.fixed);  // the most definite first
}

export function told(english) {
  for (const { pattern, own } of patterns) {
    const found = pattern.exec(english);
    if (found) return own.replace(/\{(\w+)\}/g, (_, name) => listed(found.groups[name]));
  }
  return english;
}

// What fills a hole: a sentence, or names with commas between them.
function listed(english) {
  const whole = told(english);
  return whole === english ? english.split(", ").map(told).join(", ") : whole;
}

function pattern(english) {
  const parts = english.split(/\{(\w+)\}/).map((part, n) => (n % 2 ? `(?<${part}>.*?)` : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
  return new RegExp(`^${parts.join("")}$`, "s");
}
