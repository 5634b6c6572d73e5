import { Toast, Toaster, ToastTitle, useToastController } from "@fluentui/react-components";

const TOASTER = "announcements";
/** Long enough to be read twice; pointing at it or leaving the window stops the clock. */
const SHOWN_MS = 8_000;

/** Where results appear and are read out; stands once, beside the pages. */
export function Announcements() {
  return <Toaster toasterId={TOASTER} position="bottom-end" timeout={SHOWN_MS} pauseOnHover pauseOnWindowBlur />;
}

/** Tells what the server has done. Failures stay where they happened: see ProblemView. */
export function useAnnounce(): (text: string) => void {
  const { dispatchToast } = useToastController(TOASTER);
  return (text) =>
    dispatchToast(
      <Toast>
        <ToastTitle>{text}</ToastTitle>
      </Toast>,
      { intent: "success" },
    );
}
