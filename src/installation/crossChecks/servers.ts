import { canonicalJson, isMap, type Json } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import * as texts from '../schema/stringFormats.ts'
import type { CrossCheck, Draft } from './draft.ts'

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** Flags, URLs and credentials of MinIO and the registries agree with each other. */
export const checkServers: CrossCheck = (draft) => [
  ...objectStorage(draft),
  ...urlsWithCredentials(draft),
  ...pairs(draft),
  ...images(draft),
  ...registries(draft),
]

function objectStorage(draft: Draft): Problem[] {
  const problems: Problem[] = []
  const at = (...keys: string[]) => ['objectStorage', ...keys]
  if (draft.text(...at('endpoint'))?.startsWith('http://') && draft.get(...at('caFile')) !== undefined)
    problems.push(
      draft.conflict(at('caFile'), 'means nothing for an endpoint with http://', 'Write the endpoint with https://, or remove caFile.'),
    )
  if (draft.get(...at('inCluster', 'tls')) === false && draft.get(...at('inCluster', 'allowInsecure')) === true)
    problems.push(draft.conflict(at('inCluster', 'allowInsecure'), 'means nothing without TLS', 'Remove it, or set tls: true.'))
  const uploads = URL.parse(draft.text(...at('uploadsUrl')) ?? '')
  if (uploads?.protocol === 'http:' && !LOOPBACK.test(uploads.hostname))
    problems.push(
      draft.conflict(
        at('uploadsUrl'),
        'is http://, and browsers refuse that from a page with https://',
        'Write the https:// address of MinIO.',
      ),
    )
  return problems
}

function urlsWithCredentials(draft: Draft): Problem[] {
  const urls = [
    ['objectStorage', 'endpoint'],
    ['objectStorage', 'uploadsUrl'],
    ['release', 'chart', 'repo'],
    ['release', 'chart', 'oci'],
  ]
  const remedy = 'Leave user and password out of the URL; credentials have keys of their own.'
  return urls.filter((path) => texts.hasCredentials(draft.text(...path) ?? '')).map((path) => draft.credentials(path, remedy))
}

/** Two halves of one login that come from the same place are one of them twice. */
function pairs(draft: Draft): Problem[] {
  const logins = [
    ...['admin', 'application'].map((who) => ({ at: ['objectStorage', who], name: 'accessKey', secret: 'secretKey' })),
    ...Object.keys(draft.map('registries')).map((host) => ({ at: ['registries', host], name: 'username', secret: 'password' })),
    { at: ['admin'], name: 'username', secret: 'password' },
  ]
  return logins.flatMap(({ at, name, secret }) => {
    const [first, second] = [draft.get(...at, name), draft.get(...at, secret)]
    const same = isMap(first) && isMap(second) && canonicalJson(first as Json) === canonicalJson(second as Json)
    return same ? [draft.conflict([...at, secret], `is read from the same place as ${name}`, 'Name the source of each.')] : []
  })
}

function images(draft: Draft): Problem[] {
  const [backend, launcher] = [draft.text('images', 'backend'), draft.text('images', 'launcher')]
  const problems: Problem[] = []
  if (backend !== undefined && backend === launcher)
    problems.push(
      draft.conflict(
        ['images', 'launcher'],
        'is the same repository as images.backend',
        'Both images carry the same tag: give each a repository of its own.',
      ),
    )
  if (draft.get('images', 'archiveSha256') !== undefined && draft.get('images', 'archive') === undefined)
    problems.push(
      draft.conflict(['images', 'archiveSha256'], 'stands there without images.archive', 'Name the archive, or remove the sum.'),
    )
  return problems
}

function registries(draft: Draft): Problem[] {
  const hosts = Object.keys(draft.map('registries')).filter((host) => texts.registryHost(host) === undefined)
  const spelled = (host: string) => texts.sameHost(host, draft.get('registries', host, 'plainHttp') === true)
  const used = usedHosts(draft)
  return hosts.flatMap((host, i) => {
    const at = ['registries', host]
    const has = (key: string) => draft.get(...at, key) !== undefined
    const problems: Problem[] = []
    if (hosts.slice(0, i).some((other) => spelled(other) === spelled(host)))
      problems.push(draft.conflict(at, 'is a second spelling of a registry above', 'Keep one of the two.'))
    else if (used !== undefined && !used.some((one) => [one, texts.sameHost(one, true), texts.sameHost(one)].includes(spelled(host))))
      problems.push(
        draft.conflict(at, 'is used by no image and no chart', 'Write the host as in images.backend and images.launcher, or remove it.'),
      )
    if (draft.get(...at, 'plainHttp') === true && has('caFile'))
      problems.push(draft.conflict([...at, 'caFile'], 'means nothing with plainHttp', 'Remove one of the two.'))
    if (has('username') !== has('password')) {
      const [given, lacking] = has('username') ? ['username', 'password'] : ['password', 'username']
      problems.push(
        draft.conflict([...at, given], `stands there without ${lacking}`, `Add ${lacking}, or remove both to use docker's config.json.`),
      )
    }
    return problems
  })
}

/** The registries that images and chart name; undefined while one of them cannot be read. */
function usedHosts(draft: Draft): readonly string[] | undefined {
  const oci = draft.text('release', 'chart', 'oci')?.replace(/^oci:\/\//, '')
  const named = [draft.text('images', 'backend'), draft.text('images', 'launcher'), ...(oci === undefined ? [] : [oci])]
  if (named.some((text) => text === undefined || texts.repository(text) !== undefined)) return undefined
  return named.map((text) => texts.splitRepository(text ?? '').host.toLowerCase())
}
