/** `1 pod`, `3 pods`: for words that take an s. */
export function pluralize(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
