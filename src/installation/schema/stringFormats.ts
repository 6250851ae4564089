import { parseDuration } from '../../values/duration.ts'
import { type SchemaMessage, schemaMessage } from '../errors/schemaMessage.ts'
import type { Repository } from '../installation.ts'

/** Checks one text; returns what is wrong with it, or undefined when it is valid. */
type Check = (text: string) => SchemaMessage | undefined

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`)
const HOST_PORT = new RegExp(`^(${LABEL}(?:\\.${LABEL})*)(?::(\\d{1,5}))?$`)
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i

export const trimmed: Check = (text) => {
  if (text.trim() === '') return schemaMessage('is blank', 'Give it a value, or remove the key.')
  if (text !== text.trim()) return schemaMessage('starts or ends with whitespace', 'Remove the whitespace.')
  return undefined
}

export const version: Check = (text) => {
  if (/^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(text)) return undefined
  if (/^\d+\.\d+\.\d+/.test(text)) return schemaMessage('has no leading "v"', 'Write it as in the name of the release archive: v3.0.0.')
  return schemaMessage('is not a version of Spacelift', 'Write it as in the name of the release archive: v3.0.0.')
}

export const hostName: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('is a URL, not a host name', 'Write only the host: spacelift.example.com.')
  if (/[/:]/.test(text)) return schemaMessage('has a path or a port', 'Write only the host: spacelift.example.com.')
  if (text !== text.toLowerCase()) return schemaMessage('has capital letters', 'Write the host name in lowercase.')
  return HOST.test(text) ? undefined : schemaMessage('is not a host name', 'Write a DNS name: spacelift.example.com.')
}

export const dnsLabel: Check = (text) =>
  new RegExp(`^${LABEL}$`).test(text)
    ? undefined
    : schemaMessage(
        'is not a valid Kubernetes name',
        'Use up to 63 lowercase letters, digits and hyphens, with a letter or digit at both ends.',
      )

/** `pod-security.kubernetes.io/enforce`. */
export const kubernetesLabelName: Check = (text) =>
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? undefined
    : schemaMessage('is not a valid label name', 'Write it as kubectl shows it: pod-security.kubernetes.io/enforce.')

export const kubernetesLabelValue: Check = (text) =>
  /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(text)
    ? undefined
    : schemaMessage('is not a valid label value', 'Use up to 63 letters, digits, dots, hyphens and underscores.')

/** `bucket/spacelift-states`. */
export const address: Check = (text) =>
  /^[a-z]+(\/[A-Za-z0-9._-]+)+$/.test(text)
    ? undefined
    : schemaMessage('is not an address', 'Write it as plans show the resource: bucket/spacelift-states, secret/spacelift/spacelift-server.')

/** A day of the calendar: `2027-01-31`. */
export const day: Check = (text) => {
  const read = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  const isDay = read !== undefined && !Number.isNaN(read.getTime()) && read.toISOString().startsWith(text)
  return isDay ? undefined : schemaMessage('is not a day', 'Write it like 2027-01-31.')
}

export const bucketName: Check = (text) => {
  if (text.endsWith('/'))
    return schemaMessage('ends with a slash', 'Remove the slash: Spacelift uses the name as written, and would not find the bucket.')
  if (text !== text.trim())
    return schemaMessage('starts or ends with whitespace', 'Remove the whitespace: Spacelift would not find the bucket.')
  if (/[A-Z_]/.test(text)) return schemaMessage('has capital letters or underscores', 'Use lowercase letters, digits, hyphens and dots.')
  if (text.length < 3 || text.length > 63) return schemaMessage('is not 3 to 63 characters long', 'Choose a name of 3 to 63 characters.')
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return schemaMessage('looks like an IP address', 'Choose another: S3 rejects such names.')
  if (text === 'minio') return schemaMessage('is a name that MinIO reserves', 'Choose another.')
  return /^[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*[a-z0-9]$/.test(text) && !text.includes('-.')
    ? undefined
    : schemaMessage(
        'is not a valid S3 bucket name',
        'Use lowercase letters, digits, hyphens and dots, with a letter or digit at both ends.',
      )
}

/** `https://minio.example.com`, with an optional port; no path, no credentials. */
export const serverUrl: Check = (text) => {
  if (!SCHEME.test(text)) return schemaMessage('has no scheme', 'Write the whole URL: https://minio.example.com.')
  const url = URL.parse(text)
  if (url === null || !['https:', 'http:'].includes(url.protocol))
    return schemaMessage('is not a valid URL', 'Write scheme, host and, if needed, port: https://minio.example.com:9000.')
  if (url.pathname !== '/' || url.search || url.hash || /[?#]$/.test(text))
    return schemaMessage('has a path or a query', 'Remove path and query: https://minio.example.com.')
  return undefined
}

/** MinIO's address for the pods: host and port without a scheme. */
export const endpoint: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write only host:port; the key "tls" beside it selects TLS.')
  if (text.includes('/')) return schemaMessage('has a path', 'Write only host:port: myminio-hl.tenant-ns.svc.cluster.local:9000.')
  return isHostPort(text) ? undefined : schemaMessage('is not a host:port', 'Write it like myminio-hl.tenant-ns.svc.cluster.local:9000.')
}

export const registryHost: Check = (text) => {
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write only host or host:port; for http:// add "plainHttp: true" below it.')
  if (text.includes('/')) return schemaMessage('has a path', 'Write only the host; the path belongs to images.backend and images.launcher.')
  return isHostPort(text.toLowerCase())
    ? undefined
    : schemaMessage('is not a host', 'Write registry.example.com or registry.example.com:5000.')
}

export const repository: Check = (text) => {
  const { host, path } = splitRepository(text)
  if (SCHEME.test(text)) return schemaMessage('has a scheme', 'Write host/path: registry.example.com/spacelift/backend.')
  if (path.includes('@')) return schemaMessage('has a digest', 'Remove it: "version" and the archive determine the image.')
  if (/:[^/]*$/.test(path)) return schemaMessage('has a tag', 'Remove it: the tag is always the value of "version".')
  if (path === '' || !isRegistry(host))
    return schemaMessage(
      'does not start with a registry',
      'Write the registry too: registry.example.com/spacelift/backend. Short names of Docker Hub are not expanded.',
    )
  if (!isHostPort(host.toLowerCase()))
    return schemaMessage('does not start with a host', 'Write it like registry.example.com:5000/spacelift/backend.')
  return /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/.test(path)
    ? undefined
    : schemaMessage(
        'has a path that registries reject',
        'Use lowercase letters, digits, dots, hyphens and slashes: registry.example.com/spacelift/backend.',
      )
}

export const platform: Check = (text) =>
  /^[a-z0-9]+\/[a-z0-9]+(?:\/v[0-9]+)?$/.test(text)
    ? undefined
    : schemaMessage('is not a platform', 'Write os/architecture: linux/amd64 or linux/arm64.')

export const sha256: Check = (text) =>
  /^[0-9a-f]{64}$/.test(text)
    ? undefined
    : schemaMessage('is not a SHA-256', 'Write the 64 hexadecimal digits in lowercase, without "sha256:".')

export const path: Check = (text) =>
  trimmed(text) ??
  (/^~/.test(text)
    ? schemaMessage('starts with ~, which only a shell expands', 'Write an absolute path, or one relative to this file.')
    : undefined)

export const timeout: Check = (text) => {
  const seconds = parseDuration(text)
  return seconds === undefined || seconds === 0 ? schemaMessage('is not a duration', 'Write it like 20m, 90s or 1h30m.') : undefined
}

export const chartRepo: Check = (text) => {
  return /^https?:\/\//.test(text) && URL.canParse(text)
    ? undefined
    : schemaMessage(
        'is not the URL of a chart repository',
        'Write https://...; for a chart on this machine use "path", for one in a registry "oci".',
      )
}

export const ociReference: Check = (text) => {
  if (!text.startsWith('oci://'))
    return schemaMessage('does not start with oci://', 'Write it like oci://registry.example.com/charts/spacelift-self-hosted.')
  return repository(text.slice('oci://'.length))
}

export const variableName: Check = (text) => {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)
    ? undefined
    : schemaMessage('is not the name of an environment variable', 'Use letters, digits and underscores.')
}

/** Splits `registry.example.com:5000/spacelift/backend` into host and path; {@link repository} checks it. */
export function splitRepository(text: string): Repository {
  const slash = text.indexOf('/')
  return slash < 0 ? { host: '', path: text } : { host: text.slice(0, slash), path: text.slice(slash + 1) }
}

/** Normalizes a registry's host: lowercase, without the scheme's default port. */
export function sameHost(host: string, plainHttp = false): string {
  return host.toLowerCase().replace(plainHttp ? /:80$/ : /:443$/, '')
}

/** True for a URL that contains a user or a password, even if URL parsers reject it. */
export function hasCredentials(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(text)
}

function isRegistry(host: string): boolean {
  return host === 'localhost' || /[.:]/.test(host)
}

function isHostPort(text: string): boolean {
  const match = HOST_PORT.exec(text)
  return match !== null && (match[2] === undefined || (Number(match[2]) > 0 && Number(match[2]) < 65536))
}
