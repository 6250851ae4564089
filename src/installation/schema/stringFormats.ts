import { parseDuration } from '../../values/duration.ts'
import { type SchemaMessage, schemaMessage } from '../errors/schemaMessage.ts'
import type { Repository } from '../installation.ts'

/** Checks of single texts. Each says what is wrong with it, or nothing when it is right. */
type Check = (text: string) => SchemaMessage | undefined

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
const HOST_PORT = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)(?::(\\d{1,5}))?$`)
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

export const tidy: Check = (text) => {
  if (text.trim() === '') return schemaMessage('is blank', 'Give it a value, or remove the key.')
  if (text !== text.trim()) return schemaMessage('begins or ends with a blank', 'Remove the blank.')
  return undefined
}

export const version: Check = (text) => {
  if (/^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(text)) return undefined
  if (/^\d+\.\d+\.\d+/.test(text)) return schemaMessage('lacks its "v"', 'Write it as the release archive is named, with the v: v3.0.0.')
  return schemaMessage('is no version of Spacelift', 'Write it as the release archive is named: v3.0.0.')
}

export const hostName: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('is a URL, not a host name', 'Write only the host: spacelift.example.com.')
  if (/[/:]/.test(text)) return schemaMessage('has a path or a port', 'Write only the host: spacelift.example.com.')
  if (text !== text.toLowerCase()) return schemaMessage('has capital letters', 'Write the host name in small letters.')
  return HOST.test(text) ? undefined : schemaMessage('is no host name', 'Write a DNS name: spacelift.example.com.')
}

export const dnsLabel: Check = (text) =>
  new RegExp(`^${LABEL}$`).test(text)
    ? undefined
    : schemaMessage(
        'is no name that Kubernetes takes',
        'Use up to 63 small letters, digits and hyphens, with a letter or digit at both ends.',
      )

/** `pod-security.kubernetes.io/enforce`. */
export const labelName: Check = (text) =>
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? undefined
    : schemaMessage('is no name of a label that Kubernetes takes', 'Write it as kubectl shows it: pod-security.kubernetes.io/enforce.')

export const labelValue: Check = (text) =>
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(text)
    ? undefined
    : schemaMessage('is no value of a label that Kubernetes takes', 'Use up to 63 letters, digits, dots, hyphens and underscores.')

/** `bucket/spacelift-states`. */
export const address: Check = (text) =>
  /^[a-z]+(\/[A-Za-z0-9._-]+)+$/.test(text)
    ? undefined
    : schemaMessage('is no address', 'Write it as plans name the resource: bucket/spacelift-states, secret/spacelift/spacelift-server.')

/** A day that there is: `2027-01-31`. */
export const day: Check = (text) => {
  const read = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  const isDay = read !== undefined && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text)
  return isDay ? undefined : schemaMessage('is no day', 'Write it like 2027-01-31.')
}

export const bucketName: Check = (text) => {
  if (text.endsWith('/'))
    return schemaMessage('ends with a slash', 'Remove the slash: Spacelift uses the name as it stands, and would not find the bucket.')
  if (text !== text.trim()) return schemaMessage('begins or ends with a blank', 'Remove the blank: Spacelift would not find the bucket.')
  if (/[A-Z_]/.test(text)) return schemaMessage('has capital letters or underscores', 'Use small letters, digits, hyphens and dots.')
  if (text.length < 3 || text.length > 63) return schemaMessage('is not 3 to 63 characters long', 'Choose a name of 3 to 63 characters.')
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return schemaMessage('looks like an IP address', 'S3 refuses such names: choose another.')
  if (text === 'minio') return schemaMessage('is a name that MinIO keeps for itself', 'Choose another.')
  return /^[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*[a-z0-9]$/.test(text) && !text.includes('-.')
    ? undefined
    : schemaMessage('is no bucket name that S3 takes', 'Use small letters, digits, hyphens and dots, with a letter or digit at both ends.')
}

/** `https://minio.example.com`, with a port if need be; no path, no credentials. */
export const serverUrl: Check = (text) => {
  if (!SCHEME.test(text)) return schemaMessage('has no https:// or http:// in front', 'Write the whole URL: https://minio.example.com.')
  const url = URL.parse(text)
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    return schemaMessage('is no URL that can be read', 'Write scheme, host and, if need be, port: https://minio.example.com:9000.')
  if (url.pathname !== '/' || url.search || url.hash || /[?#]$/.test(text))
    return schemaMessage('goes on behind the host', 'Leave out path and query: https://minio.example.com.')
  return undefined
}

/** Where the pods find MinIO: host and port without a scheme. */
export const endpoint: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write only host:port; whether it is TLS is what "tls" beside it says.')
  if (text.includes('/')) return schemaMessage('has a path', 'Write only host:port: myminio-hl.tenant-ns.svc.cluster.local:9000.')
  return isHostPort(text) ? undefined : schemaMessage('is no host:port', 'Write it like myminio-hl.tenant-ns.svc.cluster.local:9000.')
}

export const registryHost: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write only host or host:port; for http:// add "plainHttp: true" below it.')
  if (text.includes('/')) return schemaMessage('has a path', 'Write only the host; the path belongs to images.backend and images.launcher.')
  return isHostPort(text.toLowerCase())
    ? undefined
    : schemaMessage('is no host', 'Write registry.example.com or registry.example.com:5000.')
}

export const repository: Check = (text) => {
  const { host, path } = splitRepository(text)
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write host/path: registry.example.com/spacelift/backend.')
  if (path.includes('@'))
    return schemaMessage('has a digest', 'Remove it: groundcrew pushes and checks the image that "version" and the archive name.')
  if (/:[^/]*$/.test(path)) return schemaMessage('has a tag', 'Remove it: the tag is always what "version" says.')
  if (path === '' || !isRegistry(host))
    return schemaMessage(
      'does not begin with a registry',
      'Write the registry too: registry.example.com/spacelift/backend. Short names of Docker Hub are not filled in.',
    )
  if (!isHostPort(host.toLowerCase()))
    return schemaMessage('does not begin with a host', 'Write it like registry.example.com:5000/spacelift/backend.')
  return /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)
    ? undefined
    : schemaMessage(
        'has a path that registries refuse',
        'Use small letters, digits, dots, hyphens and slashes: registry.example.com/spacelift/backend.',
      )
}

export const platform: Check = (text) =>
  /^[a-z0-9]+\/[a-z0-9]+(?:\/v[0-9]+)?$/.test(text)
    ? undefined
    : schemaMessage('is no platform', 'Write os/architecture: linux/amd64 or linux/arm64.')

export const sha256: Check = (text) =>
  /^[0-9a-f]{64}$/.test(text)
    ? undefined
    : schemaMessage('is no SHA-256', 'Write the 64 hexadecimal digits in small letters, without "sha256:".')

export const path: Check = (text) =>
  tidy(text) ??
  (/^~/.test(text)
    ? schemaMessage('begins with ~, which only a shell fills in', 'Write the whole path, or one relative to this file.')
    : undefined)

export const timeout: Check = (text) => {
  const seconds = parseDuration(text)
  return seconds === undefined || seconds === 0 ? schemaMessage('is no duration', 'Write it like 20m, 90s or 1h30m.') : undefined
}

export const chartRepo: Check = (text) => {
  return /^https?:\/\//.test(text) && URL.canParse(text)
    ? undefined
    : schemaMessage('is no URL of a chart repository', 'Write https://...; a chart on this machine is "path", one in a registry is "oci".')
}

export const ociReference: Check = (text) => {
  if (!text.startsWith('oci://'))
    return schemaMessage('does not begin with oci://', 'Write it like oci://registry.example.com/charts/spacelift-self-hosted.')
  return repository(text.slice('oci://'.length))
}

export const variableName: Check = (text) => {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
    ? undefined
    : schemaMessage('is no name of an environment variable', 'Use letters, digits and underscores.')
}

/** Host and path of `registry.example.com:5000/spacelift/backend`; the check is {@link repository}. */
export function splitRepository(text: string): Repository {
  const slash = text.indexOf('/')
  return slash < 0 ? { host: '', path: text } : { host: text.slice(0, slash), path: text.slice(slash + 1) }
}

/** One spelling for one registry: small letters, and no port that is the scheme's own. */
export function sameHost(host: string, plainHttp = false): string {
  return host.toLowerCase().replace(plainHttp ? /:80$/ : /:443$/, '')
}

/** True for a URL that carries a user or a password; also for one that URL parsers refuse. */
export function hasCredentials(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(text)
}

function isRegistry(host: string): boolean {
  return host === 'localhost' || /[.:]/.test(host)
}

function isHostPort(text: string): boolean {
  const found = HOST_PORT.exec(text)
  return found !== null && (found[2] === undefined || (Number(found[2]) > 0 && Number(found[2]) < 65536))
}
