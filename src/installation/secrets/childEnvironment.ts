import type { Installation, SecretInput } from '../installation.ts'
import { secretInputs } from './secretInputs.ts'

type Env = { readonly [name: string]: string | undefined }

const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'TZ', 'TMPDIR', 'KUBECONFIG', 'SSL_CERT_FILE', 'SSL_CERT_DIR']
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY']

/**
 * The environment of a child process: the variables that most programs need, and `listed`; never a variable that contains
 * one of the installation's secrets.
 */
export function childEnvironment(
  env: Env,
  installation: Installation,
  listed: readonly string[] = [],
): { readonly [name: string]: string } {
  const secret = new Set(
    secretInputs(installation).flatMap(({ from }: SecretInput) => ('env' in from && typeof from.env === 'string' ? [from.env] : [])),
  )
  const names = [...INHERITED, ...PROXIES, ...PROXIES.map((name) => name.toLowerCase()), ...listed]
  const passed = names.filter((name) => !secret.has(name)).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]))
  return Object.fromEntries(passed)
}
