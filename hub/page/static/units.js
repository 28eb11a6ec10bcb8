// Speeds as the person reads them.

import { kept } from "./kept.js";
import { number } from "./words.js";

export const UNITS = ["metric", "imperial"];
const MPH = 2.23694;  // per m/s

export const units = () => (UNITS.includes(kept("units")) ? kept("units") : navigator.language === "en-US" ? "imperial" : "metric");

export const speed = (mps, digits = 2) => (units() === "metric" ? `${number(mps, digits)} m/s` : `${number(MPH * mps, digits)} mph`);
