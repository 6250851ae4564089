import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { Processes } from '../ports/process.ts'
import { credentialHelper } from './registryProblems.ts'

/** A username with its password, or an identity token that a token server accepts instead. */
export type Login = { readonly username: string; readonly password: Sealed } | { readonly identityToken: Sealed }

/** The credentials that docker, podman and skopeo store on a machine at `login`. */
export type LoginSource = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly home: string
  readonly processes: Processes
}

const HELPER_TIMEOUT_MS = 8_000
/** What credential helpers need to find their store; no variable that a secret reference may name. */
const HELPER_ENV = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'DOCKER_CONFIG', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS', 'GNUPGHOME'],
  ...['PASSWORD_STORE_DIR', 'AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_REGION'],
]

/**
 * The login for a registry from the machine's own files: REGISTRY_AUTH_FILE, else podman's auth.json, then docker's
 * config.json (credHelpers before credsStore before auths). Undefined when there is none.
 * Throws a ProblemError when a credential helper fails.
 */
export async function machineLogin(host: string, source: LoginSource): Promise<Login | undefined> {
  for (const path of authFiles(source)) {
    const config = await readConfig(path)
    const login = config && ((await fromHelper(host, config, source)) ?? fromAuths(host, config.auths))
    if (login) return login
  }
  return undefined
}

function authFiles({ env, home }: LoginSource): string[] {
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE]
  const podman = env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []
  return [...podman, join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json')]
}

type DockerConfig = { readonly auths: unknown; readonly credHelpers: unknown; readonly credsStore: unknown }

/** A missing file or one that is not JSON has no login; the problem "login needed" then says what to do. */
async function readConfig(path: string): Promise<DockerConfig | undefined> {
  try {
    const config: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isMap(config) ? { auths: config.auths, credHelpers: config.credHelpers, credsStore: config.credsStore } : undefined
  } catch {
    return undefined
  }
}

async function fromHelper(host: string, { credHelpers, credsStore }: DockerConfig, source: LoginSource): Promise<Login | undefined> {
  const own = isMap(credHelpers) ? credHelpers[host] : undefined
  const name = own ?? credsStore
  if (typeof name !== 'string' || !/^[A-Za-z0-9._-]+$/.test(name)) return undefined
  const helper = `docker-credential-${name}`
  const env = Object.fromEntries(HELPER_ENV.flatMap((key) => (source.env[key] === undefined ? [] : [[key, source.env[key]]])))
  const result = await source.processes
    .run({ command: [helper, 'get'], env, stdin: `${host}\n`, timeoutMs: HELPER_TIMEOUT_MS })
    .catch(() => ({ code: null, signal: null, stdout: '', stderr: '' }))
  if (result.code === 0) return helperLogin(host, helper, result.stdout)
  // The message of the protocol, on stdout, for a store that has no login for this host.
  if (/credentials not found/i.test(result.stdout + result.stderr)) return undefined
  throw new ProblemError(
    credentialHelper(host, helper, `It exited with ${result.code ?? result.signal ?? 'no exit code; check that it is on PATH'}.`),
  )
}

function helperLogin(host: string, helper: string, stdout: string): Login {
  try {
    const parsed: unknown = JSON.parse(stdout)
    if (isMap(parsed) && typeof parsed.Username === 'string' && typeof parsed.Secret === 'string')
      return parsed.Username === '<token>'
        ? { identityToken: Sealed.of(parsed.Secret) }
        : { username: parsed.Username, password: Sealed.of(parsed.Secret) }
  } catch {
    // Reported below.
  }
  throw new ProblemError(credentialHelper(host, helper, 'Its output is not the JSON of the credential helper protocol.'))
}

function fromAuths(host: string, auths: unknown): Login | undefined {
  if (!isMap(auths)) return undefined
  const key =
    Object.keys(auths).find((candidate) => candidate === host) ?? Object.keys(auths).find((candidate) => hostOf(candidate) === host)
  const entry = key === undefined ? undefined : auths[key]
  if (!isMap(entry)) return undefined
  if (typeof entry.identitytoken === 'string' && entry.identitytoken !== '') return { identityToken: Sealed.of(entry.identitytoken) }
  if (typeof entry.username === 'string' && typeof entry.password === 'string')
    return { username: entry.username, password: Sealed.of(entry.password) }
  const decoded = typeof entry.auth === 'string' ? Buffer.from(entry.auth, 'base64').toString('utf8') : ''
  const colon = decoded.indexOf(':')
  return colon < 0 ? undefined : { username: decoded.slice(0, colon), password: Sealed.of(decoded.slice(colon + 1)) }
}

/** Old versions of docker write `https://HOST/v1/`, podman may write `HOST/path`. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? ''
}
