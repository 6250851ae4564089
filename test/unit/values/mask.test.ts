import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mask } from '../../../src/values/mask.ts'
import { Sealed } from '../../../src/values/sealed.ts'

const hidden = (text: string, ...secrets: string[]) => mask(text, secrets.map(Sealed.of))

test('every occurrence of a secret is masked, longer ones first', () => {
  assert.is(hidden('a=s3cret, b=s3cret-too', 's3cret', 's3cret-too'), 'a=(hidden), b=(hidden)')
  assert.is(hidden('what is (a+b)? not aab', '(a+b)?'), 'what is (hidden) not aab')
  assert.is(hidden('odd', 'd'), 'o(hidden)(hidden)')
})

test('a secret is masked in the forms in which programs print it', () => {
  assert.is(hidden('{"p":"say \\"hi\\""}', 'say "hi"'), '{"p":"(hidden)"}')
  assert.is(hidden('?p=a%2Fb%26c', 'a/b&c'), '?p=(hidden)')
  assert.is(hidden(`basic ${Buffer.from('opensesame').toString('base64')}`, 'opensesame'), 'basic (hidden)==')
})

test("a URL's password is masked too, as written and decoded", () => {
  const url = 'postgres://spacelift:p%40ss%2Fword@db.example.com/spacelift'
  assert.is(hidden('password p@ss/word refused', url), 'password (hidden) refused')
  assert.is(hidden('user:p%40ss%2Fword@', url), 'user:(hidden)@')
  assert.is(hidden('db.example.com is away', url), 'db.example.com is away')
})

test('a key is masked line by line, also when it is given as base64', () => {
  const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQEFAASCBKcwggSj\n-----END KEY-----'
  assert.is(hidden('| 9w0BAQEFAASCBKcwggSj', pem), '| (hidden)')
  assert.is(hidden('| 9w0BAQEFAASCBKcwggSj', Buffer.from(pem).toString('base64')), '| (hidden)')
})

test('other text is unchanged', () => {
  assert.is(hidden('as it is'), 'as it is')
  assert.is(hidden('as it is', '', ' '), 'as it is')
})

test.run()
