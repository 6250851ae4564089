import type { Problem } from '../../values/problem.ts'
import type { Endpoint } from './endpoint.ts'

type ErrorTemplate = { readonly code: string; readonly summary: (name: string) => string; readonly remedy: string }

const REFUSED: ErrorTemplate = {
  code: 'refused-connection',
  summary: (name) => `${name} refused the connection`,
  remedy: 'Check that it is running, and check the address and the port.',
}
const SILENT: ErrorTemplate = {
  code: 'silent',
  summary: (name) => `${name} does not respond`,
  remedy: 'Check the address and the port, and whether a firewall in between drops the packets.',
}
const NAME: ErrorTemplate = {
  code: 'unknown-host',
  summary: (name) => `the host name of ${name} cannot be resolved`,
  remedy: 'Check the address and this machine’s DNS.',
}
const RESET: ErrorTemplate = {
  code: 'broken-connection',
  summary: (name) => `${name} closed the connection`,
  remedy: 'Try again; if it happens again, check its log and the proxies in front of it.',
}
const AUTHORITY: ErrorTemplate = {
  code: 'untrusted-certificate',
  summary: (name) => `the certificate of ${name} is not signed by an authority that this machine trusts`,
  remedy:
    'Set the certificate authority: caFile in desired-state.yaml (MinIO, registry), certificate-authority in the kubeconfig (API server).',
}
const EXPIRED: ErrorTemplate = {
  code: 'expired-certificate',
  summary: (name) => `the certificate of ${name} has expired or is not valid yet`,
  remedy: 'Renew the certificate, or correct this machine’s clock.',
}
const HOSTNAME: ErrorTemplate = {
  code: 'other-hostname',
  summary: (name) => `the certificate of ${name} is for another host name`,
  remedy: 'Use a host name that the certificate contains, or issue a certificate for this one.',
}
const NOT_TLS: ErrorTemplate = {
  code: 'not-tls',
  summary: (name) => `${name} does not speak TLS on this port`,
  remedy: 'Check the scheme (http instead of https; plainHttp: true for a registry) and the port.',
}
const NOT_HTTP: ErrorTemplate = {
  code: 'not-http',
  summary: (name) => `${name} does not speak plain HTTP on this port`,
  remedy: 'Check the scheme (https instead of http) and the port.',
}
const CLIENT: ErrorTemplate = {
  code: 'client-certificate',
  summary: (name) => `${name} rejected the client certificate`,
  remedy: 'Check the user of this context in the kubeconfig: its client certificate may have expired.',
}
const ABORTED: ErrorTemplate = { code: 'interrupted', summary: (name) => `the request to ${name} was interrupted`, remedy: 'Run it again.' }
const OTHER: ErrorTemplate = {
  code: 'unreachable',
  summary: (name) => `${name} cannot be reached`,
  remedy: 'Check the address and the network.',
}

const BY_CODE: { readonly [code: string]: ErrorTemplate } = {
  ECONNREFUSED: REFUSED,
  SILENT,
  ETIMEDOUT: SILENT,
  ENOTFOUND: NAME,
  EAI_AGAIN: NAME,
  ECONNRESET: RESET,
  EPIPE: RESET,
  ECONNABORTED: RESET,
  DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
  CERT_SIGNATURE_FAILURE: AUTHORITY,
  CERT_HAS_EXPIRED: EXPIRED,
  CERT_NOT_YET_VALID: EXPIRED,
  ERR_TLS_CERT_ALTNAME_INVALID: HOSTNAME,
  EPROTO: NOT_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NOT_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NOT_TLS,
  HPE_INVALID_CONSTANT: NOT_HTTP,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: CLIENT,
  ABORT_ERR: ABORTED,
}

/** The problem for a request that got no response. It shows only Node's error code: messages may contain secrets. */
export function transportProblem(error: unknown, endpoint: Pick<Endpoint, 'name' | 'code' | 'url'>): Problem {
  const code = codeOf(error)
  const template = BY_CODE[code] ?? OTHER
  const sentence = template.summary(endpoint.name)
  return {
    code: `${endpoint.code}/${template.code}`,
    summary: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)} (${endpoint.url.origin}).`,
    ...(template === OTHER && code !== '' && { detail: `Error code: ${code}.` }),
    remedy: template.remedy,
  }
}

/** Node's code of an error; after several attempts (IPv6, then IPv4) the code of the last one. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1))
  const code = (error as { code?: unknown }).code
  return typeof code === 'string' ? code : ''
}
