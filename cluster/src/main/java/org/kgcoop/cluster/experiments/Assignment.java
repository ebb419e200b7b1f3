package org.kgcoop.cluster.experiments;

import java.io.Serializable;

/**
 * The assignment of a task.
 *
 * @param run the name of the run folder
 * @param settings the settings on the driver as JSON; those on the executor must be equal
 */
record Assignment(String run, String settings) implements Serializable {}
