import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import forge from 'node-forge'

/** A certificate with its private key, both PEM. */
export type Pair = { certificate: string; key: string }

/** Signs certificates that exactly the lab's own clients trust. */
export type Authority = Pair & { server(names: Names): Promise<Pair>; client(user: string, group: string): Promise<Pair> }

export type Names = { dns: string[]; ip: string[] }

const day = 24 * 3600 * 1000
const generate = promisify(generateKeyPair)

/** A new certificate authority. Every lab has one of its own, so one lab's CA is the wrong CA for another. */
export async function newAuthority(commonName: string): Promise<Authority> {
  const keys = await newKey(2048)
  const subject = [{ name: 'commonName', value: commonName }]
  const extensions = [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]
  const pair = sign({ subject, issuer: subject, extensions, key: keys, signer: keys })
  const issue = async (to: forge.pki.CertificateField[], use: object[]) =>
    sign({ subject: to, issuer: subject, extensions: [...leaf, ...use], key: await newKey(2048), signer: keys })
  return {
    ...pair,
    server: (names) =>
      issue([{ name: 'commonName', value: names.dns[0] ?? 'server' }], [{ name: 'extKeyUsage', serverAuth: true }, altNames(names)]),
    client: (user, group) =>
      issue(
        [
          { name: 'commonName', value: user },
          { name: 'organizationName', value: group },
        ],
        [{ name: 'extKeyUsage', clientAuth: true }],
      ),
  }
}

/** A private RSA key, PKCS#8 PEM. Made by OpenSSL off the main thread: forge would take seconds. */
export async function newKey(bits: number): Promise<string> {
  const { privateKey } = await generate('rsa', { modulusLength: bits })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const leaf = [
  { name: 'basicConstraints', cA: false, critical: true },
  { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
]

// forge's numbers for the kinds of alternative names: 2 is DNS, 7 is IP.
const altNames = ({ dns, ip }: Names): object => ({
  name: 'subjectAltName',
  altNames: [...dns.map((value) => ({ type: 2, value })), ...ip.map((value) => ({ type: 7, ip: value }))],
})

type Request = {
  subject: forge.pki.CertificateField[]
  issuer: forge.pki.CertificateField[]
  extensions: object[]
  key: string
  signer: string
}

function sign({ subject, issuer, extensions, key, signer }: Request): Pair {
  const certificate = forge.pki.createCertificate()
  const privateKey = forge.pki.privateKeyFromPem(key) as forge.pki.rsa.PrivateKey
  certificate.publicKey = forge.pki.setRsaPublicKey(privateKey.n, privateKey.e)
  // The first byte keeps the number positive and as short as DER wants it: Go refuses one that begins with needless zeros.
  certificate.serialNumber = `01${randomBytes(15).toString('hex')}`
  certificate.validity.notBefore = new Date(Date.now() - day)
  certificate.validity.notAfter = new Date(Date.now() + 365 * day)
  certificate.setSubject(subject)
  certificate.setIssuer(issuer)
  certificate.setExtensions(extensions)
  certificate.sign(forge.pki.privateKeyFromPem(signer), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key }
}
