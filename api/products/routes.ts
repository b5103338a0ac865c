import { idParams } from '../../contracts/http/common.ts';
import {
  fitsBody,
  newProductSchema,
  productPatchSchema,
  productSchema,
  productsPage,
  productsQuery,
} from '../../contracts/http/products.ts';
import { byId, decodeCursor, toPage } from '../http/cursor.ts';
import type { Api, ApiDeps } from '../http/deps.ts';
import { operation } from '../http/operation.ts';
import { notFound } from '../http/problem.ts';
import { addFits, addProduct, changeProduct, LIST_PRODUCTS, type Product, READ_PRODUCT } from './products.ts';

export function registerProducts(app: Api, deps: ApiDeps): void {
  const { pool } = deps.database;
  const read = async (id: string) =>
    (await pool.query<Product>(READ_PRODUCT, [id])).rows[0] ?? notFound('product', id);
  app.post(
    '/v1/products',
    operation({
      access: 'admin',
      tag: 'Products',
      summary: 'Register a product with the slots it fits',
      description: 'Consumables in those slots that had no product get it, and are evaluated anew.',
      body: newProductSchema,
      response: { 201: productSchema },
      problems: ['already-exists', 'unknown-reference'],
    }),
    async ({ body }, reply) => reply.code(201).send(await read(await addProduct(deps, body))),
  );
  app.get(
    '/v1/products',
    operation({
      access: 'signed-in',
      tag: 'Products',
      summary: 'List products, newest first',
      querystring: productsQuery,
      response: { 200: productsPage },
      problems: ['invalid-cursor'],
    }),
    async ({ query: { merchantId, active, limit, cursor } }) => {
      const [after] = decodeCursor(cursor, byId) ?? [null];
      const values = [merchantId ?? null, active ?? null, after, limit + 1];
      const { rows } = await pool.query<Product>(LIST_PRODUCTS, values);
      return toPage(rows, limit, ({ id }) => [id]);
    },
  );
  app.get(
    '/v1/products/:productId',
    operation({
      access: 'signed-in',
      tag: 'Products',
      summary: 'Read a product',
      params: idParams('productId'),
      response: { 200: productSchema },
      problems: ['not-found'],
    }),
    ({ params }) => read(params.productId),
  );
  registerChanges(app, deps, read);
}

function registerChanges(app: Api, deps: ApiDeps, read: (id: string) => Promise<Product>): void {
  app.patch(
    '/v1/products/:productId',
    operation({
      access: 'admin',
      tag: 'Products',
      summary: 'Change price, name, minimum quantity, or whether it is sold',
      description: 'Consumables that order it are evaluated anew. Orders already announced keep their price.',
      params: idParams('productId'),
      body: productPatchSchema,
      response: { 200: productSchema },
      problems: ['not-found'],
    }),
    async ({ params: { productId }, body }) => {
      await changeProduct(deps, productId, body);
      return await read(productId);
    },
  );
  app.post(
    '/v1/products/:productId/fits',
    operation({
      access: 'admin',
      tag: 'Products',
      summary: 'Add slots that it fits',
      description: 'Consumables in those slots that had no product get it, and are evaluated anew.',
      params: idParams('productId'),
      body: fitsBody,
      response: { 200: productSchema },
      problems: ['not-found', 'unknown-reference'],
    }),
    async ({ params: { productId }, body }) => {
      await read(productId);
      await addFits(deps, productId, body.fits);
      return await read(productId);
    },
  );
}
