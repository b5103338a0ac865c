import { createBrowserRouter, Outlet, ScrollRestoration } from 'react-router';
import { loadTexts } from '../i18n/i18n.ts';
import { Loading } from '../ui/loading.tsx';
import { customerRoutes } from './customer-routes.ts';
import { Guard } from './guard.tsx';
import { NotFound } from './not-found.tsx';
import { RouteError } from './route-error.tsx';

function Root() {
  return (
    <>
      <ScrollRestoration />
      <Outlet />
    </>
  );
}

/**
 * Three parts that nobody downloads who does not open them: signing in, the customer's, the console. A page and its words
 * are there before it is drawn: what React suspends on the way shows after 300 ms at the earliest, each time.
 */
export const router = createBrowserRouter([
  {
    element: <Root />,
    errorElement: <RouteError />,
    hydrateFallbackElement: <Loading full />,
    children: [
      {
        lazy: async () => {
          const [{ AuthLayout }] = await Promise.all([import('../auth/auth-layout.tsx'), loadTexts('auth')]);
          return { Component: AuthLayout };
        },
        children: [
          {
            path: 'sign-in',
            lazy: async () => ({ Component: (await import('../auth/sign-in.tsx')).SignIn }),
          },
          {
            path: 'sign-up',
            lazy: async () => ({ Component: (await import('../auth/sign-up.tsx')).SignUp }),
          },
          {
            path: 'forgot-password',
            lazy: async () => ({ Component: (await import('../auth/forgot-password.tsx')).ForgotPassword }),
          },
          { path: 'erased', lazy: async () => ({ Component: (await import('../auth/erased.tsx')).Erased }) },
          {
            path: 'account/invitation',
            lazy: async () => ({ Component: (await import('../auth/invitation.tsx')).Invitation }),
          },
        ],
      },
      {
        element: <Guard />,
        children: [
          {
            path: 'ops/*',
            lazy: async () => {
              const [{ Ops }] = await Promise.all([import('../ops/ops.tsx'), loadTexts('ops')]);
              return { Component: Ops };
            },
          },
          {
            lazy: async () => {
              const [{ Customer }] = await Promise.all([
                import('../customer/customer.tsx'),
                loadTexts('customer'),
              ]);
              return { Component: Customer };
            },
            children: [...customerRoutes, { path: '*', element: <NotFound /> }],
          },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
