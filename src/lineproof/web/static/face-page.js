// Where the camera is not to be had, what can be done without it is opened up.
const capture = document.querySelector("face-capture");
if (capture) {
  capture.addEventListener("face-unseen", () => {
    document.getElementById("without-camera").open = true;
  });
}
