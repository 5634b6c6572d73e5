import { createFileRoute } from "@tanstack/react-router";
import { ProductsPage } from "../pages/products/ProductsPage.tsx";

export const Route = createFileRoute("/accounts/$account/products")({ component: ProductsPage });
