package org.kgcoop.label;

import java.util.List;
import java.util.function.Consumer;

/**
 * The settings of a new session. An existing one keeps its page, audit, target and seed.
 *
 * @param classes the first class names
 * @param page the images of a page
 * @param audit the random images that measure the accuracy; at most a quarter is used
 * @param target the share of right images at which the person can stop, in percent
 * @param clip a text with everything about the CLIP that changes features
 */
record SessionSettings(
    List<String> classes,
    int page,
    int audit,
    double target,
    long seed,
    String clip,
    Consumer<String> warnings) {}
