import { didYouMean } from '../../values/didYouMean.ts'
import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import type { SecretKey } from '../schema/schemaWalk.ts'
import * as formats from '../schema/stringFormats.ts'
import type { Tree } from '../yaml.ts'
import { keyPosition, missingKey, type Path, showPath, valuePosition, wrongType } from './errorText.ts'
import { parseSchemaMessage } from './schemaMessage.ts'

const SHELL_VARIABLE = /^\$(\{[A-Za-z_]\w*\}|[A-Z_][A-Z0-9_]*)$/
/** Arguments that contain a secret: `--password=...`, `Authorization: Bearer ...`, `https://user:password@...`. */
const CREDENTIALS = /\bpass(word|wd)=.|\b(bearer|basic) +\S{8}|^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i
/** Keys under which users write the secret itself. */
const VALUE_KEYS = ['value', 'plain', 'text', 'literal', 'secret', 'password', 'token', 'key']
const SOURCES = ['env', 'file', 'command']
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

/** What is wrong with the value of a key that takes a secret. The value is never quoted. */
export function secretErrors(tree: Tree, place: SecretKey): readonly Problem[] {
  const { path, value } = place
  if (value === undefined) return [withExample(missingKey(tree, path), path)]
  if (isMap(value)) return referenceErrors(tree, path, value)
  if (place.plain) return typeof value === 'string' ? [] : [wrongType(tree, path, value, 'text')]
  if (value === null || Array.isArray(value)) return [withExample(wrongType(tree, path, value, 'a reference to a secret'), path)]
  return [typeof value === 'string' && SHELL_VARIABLE.test(value) ? shellVariable(tree, path) : secretInClear(tree, path)]
}

function shellVariable(tree: Tree, path: Path): Problem {
  const text = examples(path)
  return badReference(tree, path, 'contains a $VARIABLE, which is not expanded', `${text[0]?.toUpperCase()}${text.slice(1)}.`)
}

/** A secret in the file itself. */
function secretInClear(tree: Tree, path: Path, shown: Path = path): Problem {
  return {
    code: 'file/secret-in-clear',
    summary: `${showPath(path)} contains a secret in clear text.`,
    at: valuePosition(tree, shown),
    remedy: `Replace it with a reference: ${examples(path)}. If others have seen the file, change the secret too.`,
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

type DeclaredReference = { readonly [key: string]: unknown }

function referenceErrors(tree: Tree, path: Path, declared: DeclaredReference): readonly Problem[] {
  const unknown = Object.keys(declared).filter((key) => !SOURCES.includes(key))
  if (unknown.some((key) => VALUE_KEYS.includes(key) && !isMap(declared[key]))) return [secretInClear(tree, path)]
  if (unknown.length > 0) return unknown.map((key) => unknownSource(tree, path, key))
  const sources = Object.keys(declared).filter((key) => key !== 'env' || !('command' in declared))
  if (sources.length !== 1) {
    const predicate = sources.length === 0 ? 'names no source' : 'names more than one source'
    return [badReference(tree, path, predicate, `Name exactly one: ${examples(path)}.`)]
  }
  if ('file' in declared) return fileErrors(tree, path, declared.file)
  return 'command' in declared ? commandErrors(tree, path, declared) : variableErrors(tree, [...path, 'env'], declared.env)
}

function unknownSource(tree: Tree, path: Path, key: string): Problem {
  const suggestion = didYouMean(key, SOURCES)
  return {
    code: 'file/unknown-key',
    summary: suggestion === undefined ? `This key is unknown in ${showPath(path)}.` : `"${key}" is unknown in ${showPath(path)}.`,
    at: keyPosition(tree, [...path, key]),
    remedy: suggestion === undefined ? `A secret comes from env, file or command: ${examples(path)}.` : `Did you mean "${suggestion}"?`,
  }
}

function variableErrors(tree: Tree, path: Path, value: unknown): readonly Problem[] {
  if (typeof value !== 'string') return [wrongType(tree, path, value, 'text')]
  if (VARIABLE.test(value)) return []
  return [
    badReference(
      tree,
      path,
      'is not the name of an environment variable',
      'Write only the name, without $ and braces: {env: ADMIN_PASSWORD}.',
    ),
  ]
}

function fileErrors(tree: Tree, path: Path, value: unknown): readonly Problem[] {
  const filePath = [...path, 'file']
  if (typeof value !== 'string') return [wrongType(tree, filePath, value, 'text')]
  if (/\n|-----BEGIN/.test(value.trim())) return [secretInClear(tree, path)]
  const error = parseSchemaMessage(formats.path(value) ?? '')
  return error === undefined ? [] : [badReference(tree, filePath, error.summary, error.remedy)]
}

function commandErrors(tree: Tree, path: Path, { command, env }: DeclaredReference): readonly Problem[] {
  const commandPath = [...path, 'command']
  if (!Array.isArray(command)) {
    const problem = wrongType(tree, commandPath, command, 'a list')
    return [
      { ...problem, remedy: 'No shell is used: write program and arguments as a list, [vault, kv, get, -field=secret, kv/spacelift].' },
    ]
  }
  const notText = command.findIndex((part) => typeof part !== 'string' || part.includes('\0'))
  if (notText >= 0) return [wrongType(tree, [...commandPath, `${notText}`], command[notText], 'text')]
  if (command.length === 0 || command[0].trim() === '')
    return [badReference(tree, commandPath, 'names no program', 'Write [program, argument, ...].')]
  const withSecret = command.findIndex((part) => CREDENTIALS.test(part))
  if (withSecret >= 0) return [secretInClear(tree, path, [...commandPath, `${withSecret}`])]
  if (env === undefined) return []
  if (!Array.isArray(env)) {
    const remedy = 'Write the names as a list: env: [VAULT_ADDR, VAULT_TOKEN].'
    return [{ ...wrongType(tree, [...path, 'env'], env, 'a list'), remedy }]
  }
  return env.flatMap((name, i) => variableErrors(tree, [...path, 'env', `${i}`], name))
}

function badReference(tree: Tree, path: Path, predicate: string, remedy: string): Problem {
  return { code: 'file/bad-reference', summary: `${showPath(path)} ${predicate}.`, at: valuePosition(tree, path), remedy }
}
