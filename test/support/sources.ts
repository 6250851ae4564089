import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type Source = { readonly file: string; readonly text: string }

/** `target`: a path from the root of the repository, or a package. Imports of types count. */
export type Import = { readonly file: string; readonly target: string }

/** All of src, types included. */
export function readSources(): Source[] {
  return globSync('src/**/*.ts').map((file) => ({ file, text: readFileSync(file, 'utf8') }))
}

/** `report` for src/report/plan/planText.ts; of src/main.ts and the like there is none. */
export function folderOf(file: string): string | undefined {
  const [, folder, ...rest] = file.split('/')
  return rest.length > 0 ? folder : undefined
}

export function importsOf(sources: readonly Source[]): Import[] {
  return sources.flatMap(({ file, text }) => {
    const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
    return [...found].map(([, name = '']) => ({ file, target: name.startsWith('.') ? join(dirname(file), name) : name }))
  })
}

/** The imports that break a rule, one line each. */
export function importsWhere(sources: readonly Source[], isViolation: (one: Import) => boolean): string[] {
  return importsOf(sources)
    .filter(isViolation)
    .map(({ file, target }) => `${file} imports ${target}`)
}

/** The files with these words in their code, comments excepted. */
export function filesWith(sources: readonly Source[], words: RegExp, applies: (file: string) => boolean): string[] {
  return sources.filter(({ file, text }) => applies(file) && words.test(withoutComments(text))).map(({ file }) => file)
}

export function filesIn(sources: readonly Source[], folders: string, words: RegExp): string[] {
  return filesWith(sources, words, (file) => new RegExp(`^src/(${folders})/`).test(file))
}

/** Every group of files that import each other, directly or through others (Tarjan's strongly connected components). */
export function importCycles(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(imports, ({ file }) => file)
  const [index, lowest] = [new Map<string, number>(), new Map<string, number>()]
  const stack: string[] = []
  const cycles: string[][] = []
  for (const file of targets.keys()) if (!index.has(file)) visit(file)
  return cycles

  function visit(file: string): void {
    index.set(file, index.size)
    lowest.set(file, index.size - 1)
    stack.push(file)
    const own = (targets.get(file) ?? []).map(({ target }) => target)
    for (const target of own) {
      if (!index.has(target)) visit(target)
      if (stack.includes(target)) lowest.set(file, Math.min(lowest.get(file) as number, lowest.get(target) as number))
    }
    if (lowest.get(file) !== index.get(file)) return
    const group = stack.splice(stack.indexOf(file))
    if (group.length > 1 || own.includes(file)) cycles.push(group.sort())
  }
}

/** The text without its comments. Strings that hold `//` after a blank are cut short: good enough to look for words in. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '')
}
