import { Link as FluentLink } from "@fluentui/react-components";
import { createLink, useParams, type LinkComponent } from "@tanstack/react-router";
import type { ComponentProps } from "react";

const RoutedLink = createLink(FluentLink);

/** A Fluent link that the router follows; its addresses and searches are checked against the routes. */
export const LinkTo: LinkComponent<typeof FluentLink> = (props) => <RoutedLink {...props} />;

export type LinkToProps = ComponentProps<typeof LinkTo>;

/** The account of the address: every page but the sign-in has one. */
export function useAccount(): string {
  return useParams({ from: "/accounts/$account" }).account;
}
