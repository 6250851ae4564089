import { delimiter } from 'node:path'
import type { Description } from './description.ts'
import { layout } from './layout.ts'
import { binDir } from './paths.ts'
import { extraHost, extraRegistries, tokenRealm } from './servers/extraRegistries.ts'
import { minioUrl } from './servers/minio.ts'
import { registryHost } from './servers/registry.ts'

/** What a shell or a test needs to use the lab with groundcrew, kubectl, helm, mc, skopeo and crane. */
export function labEnvironment(it: Description): Record<string, string> {
  const files = layout(it.dir)
  return {
    LAB_NAME: it.name,
    LAB_DIR: it.dir,
    DESIRED_STATE: files.desiredState,
    KUBECONFIG: files.kubeconfig,
    AUDIT_LOG: files.auditLog,
    MINIO_ENDPOINT: minioUrl(it),
    MINIO_ACCESS_KEY: it.minio.username,
    MINIO_SECRET_KEY: it.minio.password,
    MINIO_CA: files.ca,
    MC_CONFIG_DIR: files.mcConfig,
    REGISTRY: registryHost(it),
    REGISTRY_CA: files.ca,
    REGISTRY_USERNAME: it.registry.username,
    REGISTRY_PASSWORD: it.registry.password,
    REGISTRY_AUTH_FILE: `${files.dockerConfig}/config.json`,
    DOCKER_CONFIG: files.dockerConfig,
    REGISTRY_LOG: files.log('registry'),
    ...extraEnvironment(it),
    // crane and skopeo have no flag or only a folder for it. Go programs still trust the machine's own folder of CAs besides.
    SSL_CERT_FILE: files.ca,
    PATH: [binDir(), process.env.PATH ?? ''].join(delimiter),
  }
}

function extraEnvironment(it: Description): Record<string, string> {
  const each = extraRegistries(it).map(([name, { username, password }]) => ({
    [`${name.toUpperCase()}_REGISTRY`]: extraHost(it, name),
    [`${name.toUpperCase()}_REGISTRY_USERNAME`]: username,
    [`${name.toUpperCase()}_REGISTRY_PASSWORD`]: password,
    [`${name.toUpperCase()}_REGISTRY_LOG`]: layout(it.dir).log(`${name}-registry`),
    ...(name === 'token' && { TOKEN_SERVER: tokenRealm(it), TOKEN_SERVER_LOG: layout(it.dir).log('token-server') }),
  }))
  return Object.assign({}, ...each)
}

/** The same as lines for `eval "$(npm run --silent lab -- env)"`. */
export function shellExports(it: Description): string {
  const { PATH: _, ...others } = labEnvironment(it)
  const lines = Object.entries(others).map(([name, value]) => `export ${name}=${quote(value)}`)
  return [...lines, `export PATH=${quote(binDir())}:"$PATH"`].join('\n')
}

const quote = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`
