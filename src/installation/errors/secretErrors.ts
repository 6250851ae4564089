import { didYouMean } from '../../values/didYouMean.ts'
import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import type { SecretPlace } from '../schema/schemaWalk.ts'
import * as texts from '../schema/stringFormats.ts'
import type { Tree } from '../yaml.ts'
import { keyPosition, missing, type Path, showPath, valuePosition, wrongSort } from './errorText.ts'
import { readWrong } from './schemaMessage.ts'

const SHELL_VARIABLE = /^\$(\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]*)$/
/** Arguments that carry what they should fetch: `--password=...`, `Authorization: Bearer ...`, `https://user:password@...`. */
const CREDENTIALS = /\bpass(word|wd)=.|\b(bearer|basic) +\S{8}|^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i
/** Keys under which people write the secret itself. */
const VALUE_KEYS = ['value', 'plain', 'text', 'literal', 'secret', 'password', 'token', 'key']
const SOURCES = ['env', 'file', 'command']
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What is wrong with a place where a secret belongs. Nothing that stands there is ever quoted. */
export function explainSecret(tree: Tree, place: SecretPlace): readonly Problem[] {
  const { path, value } = place
  if (value === undefined) return [withExample(missing(tree, path), path)]
  if (isMap(value)) return explainReference(tree, path, value)
  if (place.plain) return typeof value === 'string' ? [] : [wrongSort(tree, path, value, 'text')]
  if (value === null || Array.isArray(value)) return [withExample(wrongSort(tree, path, value, 'a reference to a secret'), path)]
  return [typeof value === 'string' && SHELL_VARIABLE.test(value) ? shellVariable(tree, path) : inClear(tree, path)]
}

function shellVariable(tree: Tree, path: Path): Problem {
  const text = examples(path)
  return bad(tree, path, 'holds a $VARIABLE, which nothing fills in', `${text[0]?.toUpperCase()}${text.slice(1)}.`)
}

/** A secret that stands in the file itself. */
export function inClear(tree: Tree, path: Path, where: Path = path): Problem {
  return {
    code: 'file/secret-in-clear',
    summary: `${showPath(path)} holds a secret in clear.`,
    at: valuePosition(tree, where),
    remedy: `Take it out of the file: ${examples(path)}. If others have seen the file, change the secret too.`,
  }
}

const SHORT: { readonly [section: string]: string } = { objectStorage: 'minio', registries: 'registry' }

function examples(path: Path): string {
  const key = path.at(-1) ?? ''
  const words = path.filter((segment) => /^[A-Za-z]+$/.test(segment)).map((word) => SHORT[word] ?? word)
  const kebab = words.map((word) => word.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()).join('-')
  const variable = /^[A-Z][A-Z0-9_]*$/.test(key) ? key : kebab.replaceAll('-', '_').toUpperCase()
  const file = variable === key ? key.toLowerCase().replaceAll('_', '-') : kebab
  return `write ${key}: {env: ${variable}} or ${key}: {file: ./${file}}`
}

function withExample(problem: Problem, path: Path): Problem {
  const text = examples(path)
  return { ...problem, remedy: `${text[0]?.toUpperCase()}${text.slice(1)}.` }
}

type Given = { readonly [key: string]: unknown }

function explainReference(tree: Tree, path: Path, given: Given): readonly Problem[] {
  const unknown = Object.keys(given).filter((key) => !SOURCES.includes(key))
  if (unknown.some((key) => VALUE_KEYS.includes(key) && !isMap(given[key]))) return [inClear(tree, path)]
  if (unknown.length > 0) return unknown.map((key) => unknownSource(tree, path, key))
  const sources = Object.keys(given).filter((key) => key !== 'env' || !('command' in given))
  if (sources.length !== 1) {
    const what = sources.length === 0 ? 'names no source' : 'names more than one source'
    return [bad(tree, path, what, `Name exactly one: ${examples(path)}.`)]
  }
  if ('file' in given) return explainFile(tree, path, given.file)
  return 'command' in given ? explainCommand(tree, path, given) : explainVariable(tree, [...path, 'env'], given.env)
}

function unknownSource(tree: Tree, path: Path, key: string): Problem {
  const meant = didYouMean(key, SOURCES)
  return {
    code: 'file/unknown-key',
    summary: meant === undefined ? `This key is not known in ${showPath(path)}.` : `"${key}" is not known in ${showPath(path)}.`,
    at: keyPosition(tree, [...path, key]),
    remedy: meant === undefined ? `A secret comes from env, file or command: ${examples(path)}.` : `Did you mean "${meant}"?`,
  }
}

function explainVariable(tree: Tree, path: Path, value: unknown): readonly Problem[] {
  if (typeof value !== 'string') return [wrongSort(tree, path, value, 'text')]
  if (VARIABLE.test(value)) return []
  return [bad(tree, path, 'is no name of an environment variable', 'Write only the name, without $ and braces: {env: ADMIN_PASSWORD}.')]
}

function explainFile(tree: Tree, path: Path, value: unknown): readonly Problem[] {
  const here = [...path, 'file']
  if (typeof value !== 'string') return [wrongSort(tree, here, value, 'text')]
  if (/\n|-----BEGIN/.test(value.trim())) return [inClear(tree, path)]
  const found = readWrong(texts.path(value) ?? '')
  return found === undefined ? [] : [bad(tree, here, found.summary, found.remedy)]
}

function explainCommand(tree: Tree, path: Path, { command, env }: Given): readonly Problem[] {
  const here = [...path, 'command']
  if (!Array.isArray(command)) {
    const problem = wrongSort(tree, here, command, 'a list')
    return [
      { ...problem, remedy: 'There is no shell: write program and arguments as a list, [vault, kv, get, -field=secret, kv/spacelift].' },
    ]
  }
  const odd = command.findIndex((part) => typeof part !== 'string' || part.includes('\0'))
  if (odd >= 0) return [wrongSort(tree, [...here, `${odd}`], command[odd], 'text')]
  if (command.length === 0 || command[0].trim() === '') return [bad(tree, here, 'names no program', 'Write [program, argument, ...].')]
  const told = command.findIndex((part) => CREDENTIALS.test(part))
  if (told >= 0) return [inClear(tree, path, [...here, `${told}`])]
  if (env === undefined) return []
  if (!Array.isArray(env)) {
    const remedy = 'Write the names as a list: env: [VAULT_ADDR, VAULT_TOKEN].'
    return [{ ...wrongSort(tree, [...path, 'env'], env, 'a list'), remedy }]
  }
  return env.flatMap((name, i) => explainVariable(tree, [...path, 'env', `${i}`], name))
}

function bad(tree: Tree, path: Path, what: string, remedy: string): Problem {
  return { code: 'file/bad-reference', summary: `${showPath(path)} ${what}.`, at: valuePosition(tree, path), remedy }
}
