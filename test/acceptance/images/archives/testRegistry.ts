import type { Document } from 'yaml'
import type { LabInstallation } from '../../support/installation.ts'

/** One of the lab's registries, and how groundcrew's file, skopeo and crane reach it. */
export type TestRegistry = {
  readonly host: string
  /** Makes it the only registry of a desired state. */
  declare(document: Document): void
  readonly skopeo: readonly string[]
  readonly crane: readonly string[]
}

const variables = { basic: 'REGISTRY', plain: 'PLAIN_REGISTRY', token: 'TOKEN_REGISTRY' } as const

/** With basic authentication, with plain HTTP, and with a token server. */
export type RegistryName = keyof typeof variables
export const registryNames = Object.keys(variables) as RegistryName[]

export async function testRegistry(installation: LabInstallation, name: RegistryName): Promise<TestRegistry> {
  const { env } = installation.lab
  const variable = variables[name]
  const host = env[variable] ?? ''
  const password = await installation.write(`${name}-password`, `${env[`${variable}_PASSWORD`]}\n`)
  const trust = name === 'plain' ? { plainHttp: true } : { caFile: env.REGISTRY_CA }
  const entry = { ...trust, username: env[`${variable}_USERNAME`], password: { file: password } }
  return {
    host,
    declare: (document) => document.setIn(['registries'], { [host]: entry }),
    skopeo: name === 'plain' ? ['--src-tls-verify=false'] : [],
    crane: name === 'plain' ? ['--insecure'] : [],
  }
}
