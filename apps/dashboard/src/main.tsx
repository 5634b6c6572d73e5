import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { createServices } from "./app/services.ts";
import "./app/global.css";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App services={createServices()} />);
