import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { showPath } from '../errors/errorText.ts'
import type { Reader } from '../installation.ts'
import { secretKeysOf } from '../schema/schemaWalk.ts'
import { hasCredentials } from '../schema/stringFormats.ts'
import { READERS, SECRET_NAMES, secretKeys } from '../spacelift.ts'
import { bucketNames } from './buckets.ts'
import type { CrossCheck, Draft } from './draft.ts'

const SECRET_NAME = /(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS?)$/i

/** Additional variables override neither the guide's nor each other, name only declared buckets, and contain no secret in clear text. */
export const checkEnvironment: CrossCheck = (draft) => [
  ...READERS.flatMap((reader) =>
    Object.entries(draft.map('environment', reader)).flatMap(([name, value]) => variable(draft, reader, name, value)),
  ),
  ...passedToCommands(draft),
]

function variable(draft: Draft, reader: Reader, name: string, value: unknown): readonly Problem[] {
  const at = ['environment', reader, name]
  const owner = READERS.find((other) => secretKeys(other).includes(name))
  if (owner !== undefined)
    return [
      draft.conflict(
        at,
        `overrides a key of the guide's secret ${SECRET_NAMES[owner]}`,
        'Remove it: its value is derived from the rest of the file.',
      ),
    ]
  const problems: Problem[] = []
  if (reader !== 'shared' && Object.hasOwn(draft.map('environment', 'shared'), name))
    problems.push(draft.conflict(at, 'is also in environment.shared, which every pod reads', 'Keep one of the two.'))
  if (typeof value !== 'string') return problems
  if (name.startsWith('OBJECT_STORAGE_BUCKET_') && !bucketNames(draft).has(value))
    problems.push(
      draft.conflict(
        at,
        'names a bucket that is not declared',
        'Write the name of a declared bucket, declare it in objectStorage.extraBuckets, or remove it.',
      ),
    )
  if (isSecret(name, value))
    problems.push(draft.credentialsInClear(at, `Use a reference instead: ${name}: {env: ${name}} or ${name}: {file: ./${fileName(name)}}.`))
  return problems
}

function isSecret(name: string, value: string): boolean {
  const harmless = value === '' || /^(true|false|\d{1,3})$/.test(value)
  return hasCredentials(value) || value.includes('PRIVATE KEY-----') || (SECRET_NAME.test(name) && !harmless)
}

function fileName(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '-')
}

/** A child process never gets a variable that contains a secret of the installation. */
function passedToCommands(draft: Draft): readonly Problem[] {
  const places = secretKeysOf(draft.tree.data)
  const secrets = new Map(
    places.flatMap(({ path, value }) =>
      isMap(value) && typeof value.env === 'string' && !('command' in value) ? [[value.env, path] as const] : [],
    ),
  )
  return places.flatMap(({ path, value }) => {
    const listed = isMap(value) && 'command' in value && Array.isArray(value.env) ? value.env : []
    return listed.flatMap((name, i) => {
      const owner = secrets.get(name)
      if (owner === undefined) return []
      const remedy = 'Remove it from the list; give the command a credential of its own.'
      return [draft.conflict([...path, 'env', `${i}`], `passes on the variable that ${showPath(owner)} is read from`, remedy)]
    })
  })
}
