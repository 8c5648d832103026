/** The how-to articles: a list that can be searched, by words and by what a reply or a number in them means; and each text. */

import { Type } from '@sinclair/typebox';
import { getArticle as article, listArticles as list } from '../articles/articles.ts';
import { articleOn, explainText } from '../diagnosis/replies.ts';
import { ok, refuse } from '../outcome.ts';
import { Article, ArticleList } from './contract.ts';
import type { Operation } from './types.ts';

export const listArticles: Operation<{ readonly q?: string }, ArticleList> = {
  id: 'listArticles',
  scope: 'read',
  input: Type.Object({ q: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: false }),
  output: ArticleList,
  async run({ q }, { lang }) {
    const told = q === undefined ? null : articleOn(explainText(q));
    const found = list(q, lang);
    const first = told === null ? [] : list(undefined, lang).filter(({ slug }) => slug === told);
    return ok({ articles: [...first, ...found.filter(({ slug }) => slug !== told)].map((one) => ({ ...one })) });
  },
};

export const getArticle: Operation<{ readonly slug: string }, Article> = {
  id: 'getArticle',
  scope: 'read',
  input: Type.Object({ slug: Type.String({ maxLength: 100 }) }, { additionalProperties: false }),
  output: Article,
  async run({ slug }, { lang }) {
    const found = article(slug, lang);
    return found ? ok(found) : refuse('not-found', 'no article has this slug; GET /v1/articles lists them');
  },
};
