package org.kgcoop.cluster.experiments;

import java.io.Serializable;

/**
 * The assignment of a task.
 *
 * @param run the name of its folder
 * @param settings as the driver sees them, JSON: what the executor sees must be the same
 */
record Assignment(String run, String settings) implements Serializable {}
