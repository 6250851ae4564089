import { delimiter } from 'node:path'
import type { Description } from './description.ts'
import { layout } from './layout.ts'
import { binDir } from './paths.ts'
import { extraHost, extraRegistries, tokenRealm } from './servers/extraRegistries.ts'
import { minioUrl } from './servers/minio.ts'
import { registryHost } from './servers/registry.ts'

/** The environment for using the lab with groundcrew, kubectl, helm, mc, skopeo and crane. */
export function labEnvironment(description: Description): Record<string, string> {
  const files = layout(description.dir)
  return {
    LAB_NAME: description.name,
    LAB_DIR: description.dir,
    DESIRED_STATE: files.desiredState,
    KUBECONFIG: files.kubeconfig,
    AUDIT_LOG: files.auditLog,
    MINIO_ENDPOINT: minioUrl(description),
    MINIO_ACCESS_KEY: description.minio.username,
    MINIO_SECRET_KEY: description.minio.password,
    MINIO_CA: files.ca,
    MC_CONFIG_DIR: files.mcConfig,
    REGISTRY: registryHost(description),
    REGISTRY_CA: files.ca,
    REGISTRY_USERNAME: description.registry.username,
    REGISTRY_PASSWORD: description.registry.password,
    REGISTRY_AUTH_FILE: `${files.dockerConfig}/config.json`,
    DOCKER_CONFIG: files.dockerConfig,
    REGISTRY_LOG: files.log('registry'),
    ...extraEnvironment(description),
    // crane and skopeo have no flag for it, or only one for a folder. Go programs also trust the machine's own CAs.
    SSL_CERT_FILE: files.ca,
    PATH: [binDir(), process.env.PATH ?? ''].join(delimiter),
  }
}

function extraEnvironment(description: Description): Record<string, string> {
  const each = extraRegistries(description).map(([name, { username, password }]) => ({
    [`${name.toUpperCase()}_REGISTRY`]: extraHost(description, name),
    [`${name.toUpperCase()}_REGISTRY_USERNAME`]: username,
    [`${name.toUpperCase()}_REGISTRY_PASSWORD`]: password,
    [`${name.toUpperCase()}_REGISTRY_LOG`]: layout(description.dir).log(`${name}-registry`),
    ...(name === 'token' && { TOKEN_SERVER: tokenRealm(description), TOKEN_SERVER_LOG: layout(description.dir).log('token-server') }),
  }))
  return Object.assign({}, ...each)
}

/** The same as shell commands for `eval "$(npm run --silent lab -- env)"`. */
export function shellExports(description: Description): string {
  const { PATH: _, ...others } = labEnvironment(description)
  const lines = Object.entries(others).map(([name, value]) => `export ${name}=${quote(value)}`)
  return [...lines, `export PATH=${quote(binDir())}:"$PATH"`].join('\n')
}

const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`
