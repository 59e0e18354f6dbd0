// Each test takes the whole machine: several at once would only make the others late.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
