using BenchmarkDotNet.Running;
using Federated.Benchmarks;
using Federated.Benchmarks.Algorithms;
using Federated.Benchmarks.Attacks;
using Federated.Benchmarks.Modes;
using Federated.Benchmarks.Results;

// dotnet run -c Release --project Tests/Benchmarks -- overhead [JOB.yaml] [--pairs N] [--slots N] [--set path=value]...
// dotnet run -c Release --project Tests/Benchmarks -- failover [--repeats N]
// dotnet run -c Release --project Tests/Benchmarks -- restart [--repeats N] [--log]
// dotnet run -c Release --project Tests/Benchmarks -- alarms [--minutes M] [--workers N] [--burn THREADS]
// dotnet run -c Release --project Tests/Benchmarks -- rounds [--count N]
// dotnet run -c Release --project Tests/Benchmarks -- commit [--pairs N] [--count N]
// dotnet run -c Release --project Tests/Benchmarks -- memory [--steps N] [--family NAME]
// dotnet run -c Release --project Tests/Benchmarks -- results [--only JOB]
// dotnet run -c Release --project Tests/Benchmarks -- algorithms [--only ROW]
// dotnet run -c Release --project Tests/Benchmarks -- aggregation [--clients N] [--length P] [--repeats N]
// dotnet run -c Release --project Tests/Benchmarks -- masking [--clients N] [--length P] [--bits B] [--complete]
// dotnet run -c Release --project Tests/Benchmarks -- privacy [--repeats N]
// dotnet run -c Release --project Tests/Benchmarks -- attacks
// dotnet run -c Release --project Tests/Benchmarks -- modes [--repeats N]
// dotnet run -c Release --project Tests/Benchmarks -- --filter '*'
switch (args)
{
    case ["overhead", .. var rest]: return await OverheadBenchmark.RunAsync(rest);
    case ["failover", .. var rest]: return await FailoverBenchmark.RunAsync(new(rest, "--repeats"));
    case ["restart", .. var rest]: return await RestartBenchmark.RunAsync(new(rest, "--repeats", "--log"));
    case ["alarms", .. var rest]: return await AlarmsBenchmark.RunAsync(new(rest, "--minutes", "--workers", "--burn"));
    case ["rounds", .. var rest]: return await RoundsBenchmark.RunAsync(new(rest, "--count"));
    case ["commit", .. var rest]: return await CommitBenchmark.RunAsync(new(rest, "--pairs", "--count"));
    case ["memory", .. var rest]: return await MemoryBenchmark.RunAsync(new(rest, "--steps", "--family"));
    case ["results"]: return await ResultsBenchmark.RunAsync(Directory.GetCurrentDirectory(), only: null);
    case ["algorithms"]: return await AlgorithmsBenchmark.RunAsync(Directory.GetCurrentDirectory(), only: null);
    case ["algorithms", "--only", var algorithm]: return await AlgorithmsBenchmark.RunAsync(Directory.GetCurrentDirectory(), algorithm);
    case ["results", "--only", var job]: return await ResultsBenchmark.RunAsync(Directory.GetCurrentDirectory(), job);
    case ["aggregation", .. var rest]: return AggregationBenchmark.Run(new(rest, "--clients", "--length", "--repeats"));
    case ["masking", .. var rest]: return MaskingBenchmark.Run(new(rest, "--clients", "--length", "--bits", "--complete"));
    case ["privacy", .. var rest]: return PrivacyBenchmark.Run(new(rest, "--repeats"));
    case ["attacks"]: return await AttacksBenchmark.RunAsync(Directory.GetCurrentDirectory());
    case ["modes", .. var rest]: return await ModesBenchmark.RunAsync(new(rest, "--repeats"), Directory.GetCurrentDirectory());
    default:
        BenchmarkSwitcher.FromAssembly(typeof(OverheadBenchmark).Assembly).Run(args);
        return 0;
}
