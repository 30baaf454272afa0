/**
 * Which characters does `repr` escape? What each version's `str.isprintable` denies (other than the space, which is
 * printable). The test of this compares every code point with every interpreter found.
 *
 * Each range is how far it begins behind the end of the one before and, if that is not 1, its length: base 36.
 */
import type { UnicodeVersion } from '../layouts/spelling.js';

/** Not printable in any version. */
export const NEVER_PRINTABLE =
  '0.w 2n.y c ju.2 6.4 7 1 k b1 12.2 1e.2 3 1j.8 r.4 6.h m 5c 1c.2 1n.2 2t.e 1n.2 1d.2 f s.2 1 b.5 w.7 23 4h ' +
  '8.2 2.2 m 7 1.3 4.2 9.2 2.2 4.8 1.4 2 5.2 p.2 3 6.4 2.2 m 7 2 2 2.2 1 5.4 2.2 3.3 1.7 4 1.7 h.a 3 9 3 m 7 2 ' +
  '5.2 a 3 3.2 1.f 4.2 c.7 7 3 8.2 2.2 m 7 2 5.2 9.2 2.2 3.7 3.4 2 5.2 i.a 2 6.3 3 4.3 2 1 2.3 2.3 3.3 c.4 5.3 ' +
  '3 4.2 1.6 1.e l.5 d 3 n g.2 9 3 4.7 2 3 2.2 4.2 a.7 m 3 n a 5.2 9 3 4.7 2.5 3 4.2 a 3.c d 3 1f 3 6.4 g.2 q 3 ' +
  'i.3 o 9 1.2 7.3 1.4 6 1 8.6 a.2 3.c 1m.4 t.11 2 1 5 o 1 n.2 5 1 7 a.2 4.w 20 10.4 13 10 f d.11 5i 1.5 1.2 ah ' +
  '4.2 7 1 4.2 15 4.2 x 4.2 7 1 4.2 f 1l 4.2 1v.2 w.3 q.6 2e.2 6.2 hs s.3 2h.7 m.9 o.9 k.c d 3 2.c 2m.2 a.6 a.6 ' +
  'e b.6 2h.7 17.5 1y.a v c.4 c.4 1.3 16.2 5.b 18.4 q.6 b.3 1q.2 1t t.2 b.6 a.6 e.2 1a.2 c.k 25 4m.8 1o.3 f.3 ' +
  '1q.5 17.2 b.8 17.5 eu.2 6.2 12.2 6.2 8 1 1 1 v.2 1h f e.2 6 j.2 3 9.h o.8 1b.h 2.2 r d.3 y.e x.f 3w.4 ii.m ' +
  'b.l 1ec.2 am.5 19 1.5 1.2 1k.7 2.e o.9 7 7 7 7 7 7 7 7 3i.y q 2h.c 5y.q g 1r 2e.2 2v.5 17 2m 2e.9 1c mlp.3 ' +
  '1j.9 9o.k 54.8 65.k 1o.3 a.6 1k.8 1y.8 c.6 38.b u.3 26 b.4 x 1j.9 e.2 a.2 2v.o s.a 6.2 6.2 6.9 7 7 1o.4 3i.2 ' +
  'a.6 8mc.c n.4 1d.6is a6.2 2y.12 7.c 5.5 q 5 1 2 2 i2.w 16.6 1f j 4.4 5 3r.4 5a.3 6.2 6.2 6.2 3.3 7 7.d 2.2 c ' +
  'q j 2 f.2 e.y 3f.5 3.4 19.3 2g d.3 1.1b 1a.3m t.3 1d.f s.4 10.9 u.5 17.5 u 11.4 e.16 4e.2 a.6 10.4 10.4 14.8 ' +
  '1g.b c f 7 2 b f 7 2.3 1g.c 8n.9 m.a 8.o 6 16 9.1x 6.2 1 18 2.3 1.2 n 20.8 9.1c j 2.5 x.3 r.5 r.12 1k.4 k.2 ' +
  '1e 2.5 8 3 t.2 3.4 a.7 9.7 1s.w 13.4 c.9 1i.3 t.2 r.5 q.7 4.c 7.28 21.1j 1f.d 1f.7 1a.8 a.6 12.3 t.8 2.5s v ' +
  '16 3.2 2.g 6.8 9.x 1a.8 16.m q.12 s.k n.9 26.4 10.9 1q 5.d p.7 a.6 1h i.8 13.9 2o k.b i 1b.1q 7 1 4 f b.6 ' +
  '1n.5 a.6 4 8.2 2.2 m 7 2 5 a.2 2.2 3.2 1.6 1.5 7.2 7.3 5.b a 1.2 1 12 a 1.2 1 4 a 2.8 2.t 2k 5.u 20.8 a.4m ' +
  '1i.2 12.y 1x.b a.6 d.j 1m.6 a.6 k.s r.2 f.4 n.55 1o.2s 2b.c 8.2 1.2 8 2 u 2.2 c.9 a.1y 8.2 1a.2 b.r 20.8 ' +
  '2b.d 21.7 a.2e 8.2g y.e a.6 9 19 e.a t.3 w.2 m e.21 7 2 18.3 1 2 9.8 a.6 6 2 11 2 6.7 a.6 18.4 a.6u p.7 h ' +
  '15.3 t.2d 1.f 1e.d pn.2u 33 5.b 5g.218 2r.d ts.g m.a 32z.5 g7.5a1 1m.1c6 ft.7 v a.4 29 a.6 u.2 6.a 1y.a a 7 ' +
  'l.5 j.c0 1m.5i 2j.5 p.2 p.18 23.4 1l.7 h.1s 5.b 7.9 5p2.15 w.2p 37.6pp 4 7 2 83.f 1.t 3.2 1.e 4.8 b0.1s4 ' +
  '2z.5 d.3 9.7 a.2 4.31c 71.3 c4.6 n.f h.f 1a.2 n.9 38.1o 6u.a 13.2 22.8 34.l 1y.3e k.c k.c 2f.9 p.3r 2d 1z ' +
  '2.2 1.2 2.2 4 c 1 7 1t 4.2 8 7 s 4 5 1.3 7 9g.2 84.2 ji.f 5 f.uo v.6 6.5x 7 h.2 7 2 5.5 1q.x 1.34 19.3 e.2 ' +
  'a.4 2.8w v.h 1m.5 1.cw 16.5y 17.4 1.5c v m.8 2.68 7 4 2 f 5h.2 g.15 24.4 a.4 2.lt 1w.24 1p.5e 4 r 2 1.2 1 a ' +
  '4 1 1.6 1.4 1 1 1 3 2 1.2 1 1 1 1 1 2 1.2 4 7 4 4 1 a h.5 3 5 h.1g 2.7i 18.4 2s.c f.2 f f 11.a 4u.1k t.d ' +
  '18.4 9.7 2.e 6.4a rd.3 h.3 d.3 62.6 c.4 1.f c.4 1k.8 a.6 14.8 u.2 c.4 2.e 9.13 9k.8 e.2 d.3 b.3 1l 1.4 g.2 ' +
  'c.4 a.7 43 2v.sl wyo.w 3dq.2 4ge.2 5rl.f ha.1wi f2.15u 3t7.5 6ju.f62u 6o.47bk';

/** What became printable with each version of the character database; in those before it is escaped. */
export const PRINTABLE_SINCE: Readonly<Partial<Record<UnicodeVersion, string>>> = {
  '11.0':
    '128 13 2u el.3 2o.b 2w 88.3 3b 3n.6 78 3j 3f 1m.2 27v t3.17 2.3 1j 72.4 jp n3 1iy.3 l.q 4.f g6.a kf.2 luu.q ' +
    '1j3 8.2 90.2 ht9.3 1dw.2 i jb.14 8.a cm.14 8.16 dm.3 dw 82 jf 6d.1o ck.20 8.1g 2.t gt.7 1.2 1.18 3 1.2 1.9 ' +
    '8.a 6.6 1.2 1.11 1.2 1.6 7.a 8m.p fnr.2j 92 4qz.5 7ww.7x 29.b0 6as.k 3i.7 4xk.1w vu 8g.6 vh.2 y.3 63.4 87.c ' +
    'j 8.8 1.2 p.4 f.i 2.4 3 1.4 i.h d.a 7.2 d.1c 2o.e 15xe.5rl',
  '12.1':
    '2gn em 2 2 1.6 4 7 7.2 2 d 2tb 2xa 1h gf xb n22.6 2.5 pr.2 jug.n vc go kn.8 2.1a 2.b 4f.2 116.1e d fnp.6 4 ' +
    '1b.9 2i.2 4r2.6 860.3 h.4 9eg.19 3.e 2.a 4.2 a8.1m 5 18r qd.1p tq 12g 10 6d.c 81.3 1b 1d 9 15.6 3.2 a.6 3.8 ' +
    '2.3 1c.2c s.4 4.3 5.3 d.6',
  '13.0':
    '1q6.a i5 by 3g 2m5.2 3bq jc.3 o8.5 5iu.a g8g.d 1je.4 16.2 1h mz.4 h0w 2jn.16 1.3 2.2 72.s aj 3q.2 i2 5.2 ' +
    'wu.7 2 2.8 1.2 1.u 1.2 2.c 9.a 192 fub b.2 5c1.df 16.9 jr8.3 2l.3 1p 10o.2 z.2 c3.2 2i 2t 4.2 16.2 6.3 t 4o ' +
    'e.4 f.j 7.7 9.3 d.7 15.43 1.1j 11.a xr1.7 hlu.3t7',
  '14.0':
    '17h gi.v 9.8 l i.b o9 w 3j 20f 7 9 6n j5.e 3h 1c.2 hn jp 29a 1b dv.b mfz.3 1j4.2 e.2 1 1.5 o.3 gjx al.g 3j ' +
    '1a.2 1gw.b 1.f 1.7 1.2 1.b 1.f 1.7 1.2 cj.6 1.16 1.9 1it.q 6e.6 24 16e 3q.7 o9.g 440.2r bjx.27 1.a dnq.4 1.7 ' +
    '1.2 80.4 5wd.1a 2.n 9.38 f9.2 2l1.v oh.v 10x.7 1.4 1.2 1.f 2xq.3 7k aw 2a 4u.2 18.4 a.4 8.3 h.3 6.8 8.7 ' +
    'xyf.2 385.4',
  '15.0':
    '2k3 d6 1elq.3 n3.3 1q6.a s6.h 1.15 3.s 445 g.m onw y 6lm.k 2fl.6 79.1q x u8.16 3j6 47.3 4.5 2h ij.3 f.2 10.3 ' +
    'b.3 1 e.2 a.2 c e.2 116o i6u.38g',
  '15.1': '9h8.4 dr 3tvk.ha',
  '16.0':
    '1p3 3p2.2 1b 7d.2 1i4.3 2pm.2 nad.3 c.3 ijn.1g 1fw.12 3.t 8.2 8i.3 1j w3.a 1 2 1.12 1.a 1 2 1.4 1.a 1.2 8.2 ' +
    'kt.k yk.y e.a o0 45h.32z 5qd.1m 2di.1m 685 cg0.6y 6.c4 4kc.17 4 3oy.a 4.2 cn 5 1a 7 l 2 9 69.11',
  '17.0':
    '1ov r0 3j 2r6.f 2.c 15h 250 ojb.2 2 1 s gk1.g cd.2 1i.7 29d.q 12j.3 8.9 x.2 2g4.8 g8.18 4.a fxy.p 2.p 7y.5 ' +
    '4qp.8 zt.m 2p.37 cg7.3 cd.n f.h 4pb.v 1.m 8.2 34o 4e.4 9h.9 aj.4 1e 3 1l 4 s 4 7e 10zj.6 4ma.c gsi.3be',
};
