import type { Document } from 'yaml'
import type { LabInstallation } from '../../support/installation.ts'

/** One of the lab's registries: how groundcrew's file, skopeo and crane are told about it. */
export type Registry = {
  readonly name: string
  readonly host: string
  /** Makes it the one registry of a desired state. */
  declare(it: Document): void
  readonly skopeo: readonly string[]
  readonly crane: readonly string[]
}

/** The usual one, and those with plain http and with a token server. */
export async function registriesOf(installation: LabInstallation): Promise<readonly Registry[]> {
  const { env } = installation.lab
  return Promise.all([
    registry(installation, 'basic', 'REGISTRY', { caFile: env.REGISTRY_CA }),
    registry(installation, 'plain', 'PLAIN_REGISTRY', { plainHttp: true }),
    registry(installation, 'token', 'TOKEN_REGISTRY', { caFile: env.REGISTRY_CA }),
  ])
}

async function registry(installation: LabInstallation, name: string, variable: string, trust: object): Promise<Registry> {
  const { env } = installation.lab
  const host = env[variable] ?? ''
  const password = await installation.write(`${name}-password`, `${env[`${variable}_PASSWORD`]}\n`)
  const entry = { ...trust, username: env[`${variable}_USERNAME`], password: { file: password } }
  const isPlain = 'plainHttp' in trust
  return {
    name,
    host,
    declare: (it) => it.setIn(['registries'], { [host]: entry }),
    skopeo: isPlain ? ['--src-tls-verify=false'] : [],
    crane: isPlain ? ['--insecure'] : [],
  }
}
