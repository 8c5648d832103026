import { describe, expect, it } from 'vitest';
import { finding, render, renderAll } from '../../src/diagnosis/findings.ts';

describe('finding', () => {
  it('takes severity and certainty from the catalogue unless told otherwise', () => {
    const made = finding('mx-single', {
      params: { host: 'mx.example.com' },
      evidence: ['example.com. MX 10 mx.example.com.'],
    });
    expect(made).toMatchObject({ code: 'mx-single', severity: 'info', confidence: 'certain' });
    const heavy = finding('cert-expired', {
      params: { host: 'mx.example.com' },
      evidence: ['valid to 2020-01-01'],
      severity: 'error',
      confidence: 'likely',
    });
    expect(heavy).toMatchObject({ severity: 'error', confidence: 'likely' });
  });

  it('refuses to exist without evidence', () => {
    expect(() => finding('mx-single', { params: { host: 'a' }, evidence: [] })).toThrow(/evidence/);
  });

  it('refuses a code that is not in the catalogue, and a missing param', () => {
    expect(() => finding('no-such-code' as 'mx-single', { evidence: ['x'] })).toThrow(/catalogue/);
    expect(() => finding('mx-ttl-low', { evidence: ['x'] })).toThrow(/ttl/);
  });

  it('says a line of evidence once and no more than a page of them', () => {
    const twice = finding('mx-single', { params: { host: 'a' }, evidence: ['x', 'x', 'y'] });
    expect(twice.evidence).toEqual(['x', 'y']);
    const many = finding('mx-single', {
      params: { host: 'a' },
      evidence: Array.from({ length: 500 }, (_, i) => `${i}`),
    });
    expect(many.evidence.length).toBe(100);
  });

  it('lets no markup or control character of a stranger into a param', () => {
    const hostile = finding('mx-single', { params: { host: '<script>\u202e"mx".example' }, evidence: ['x'] });
    const { title, explanation, fix } = render(hostile, 'en');
    expect([title, explanation, fix].join()).not.toMatch(/[<>"\u202e]/);
  });
});

describe('render', () => {
  it('speaks both languages about the same facts', () => {
    const made = finding('mx-single', {
      params: { host: 'mx.example.com' },
      evidence: ['example.com. MX 10 mx.example.com.'],
    });
    const [en, th] = [render(made, 'en'), render(made, 'th')];
    expect(en.title).toBe('There is one exchange only: mx.example.com');
    expect(th.title).toMatch(/[\u0e00-\u0e7f].*mx\.example\.com/);
    expect(th).toMatchObject({ code: en.code, evidence: en.evidence, references: en.references });
    expect(renderAll([made, made], 'th')).toEqual([th, th]);
  });

  it('calls a host without a name the mail server', () => {
    const made = finding('banner-masked', { evidence: ['220 ****'] });
    expect(render(made, 'en').title).toBe('The greeting of the mail server is masked with stars');
    expect(render(made, 'th').title).toBe('ข้อความต้อนรับของเมลเซิร์ฟเวอร์ ถูกปิดด้วยดอกจัน');
    const plain = finding('ehlo-rejected', { evidence: ['502 no'] });
    expect(render(plain, 'th').title).toBe('เมลเซิร์ฟเวอร์รู้จักเฉพาะ HELO');
  });

  it('words a variant, and keeps the entry for what the variant leaves out', () => {
    const of = (params: Record<string, string | number>) =>
      render(finding('host-not-answering', { params: { port: 25, host: 'mx', ...params }, evidence: ['x'] }), 'en');
    expect(of({ variant: 'refused' }).title).toBe('mx refuses connections');
    expect(of({ variant: 'unreachable' }).fix).toBe(of({}).fix);
    expect(of({ variant: 'toString' }).title).toBe('mx does not answer');
  });
});
