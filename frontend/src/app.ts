/** The one entry of the front end. Every screen works without it; this makes it smoother. */
import { Application } from "@hotwired/stimulus";
import htmx from "htmx.org";

import CopyController from "./controllers/copy";
import DraftController from "./controllers/draft";
import FilterController from "./controllers/filter";
import FilmController from "./controllers/film";
import FoldController from "./controllers/fold";
import KeysController from "./controllers/keys";
import LineController from "./controllers/line";
import MapController from "./controllers/map";
import NearController from "./controllers/near";
import OnceController from "./controllers/once";
import PhotosController from "./controllers/photos";
import PickController from "./controllers/pick";
import PlaceController from "./controllers/place";
import PrintController from "./controllers/print";
import SuggestController from "./controllers/suggest";
import WaitingController from "./controllers/waiting";

// No eval and no injected style element: the content policy forbids both.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0; // pages may hold a person's words: nothing is kept in storage
htmx.config.refreshOnHistoryMiss = true;

const app = Application.start();
app.register("copy", CopyController);
app.register("draft", DraftController);
app.register("filter", FilterController);
app.register("film", FilmController);
app.register("fold", FoldController);
app.register("keys", KeysController);
app.register("line", LineController);
app.register("map", MapController);
app.register("near", NearController);
app.register("once", OnceController);
app.register("photos", PhotosController);
app.register("pick", PickController);
app.register("place", PlaceController);
app.register("print", PrintController);
app.register("suggest", SuggestController);
app.register("waiting", WaitingController);

document.documentElement.classList.add("gw-js");
