// Two at once, on two cores, for most of a test is the start of processes and waiting; those of the collection Alone follow one by one.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
