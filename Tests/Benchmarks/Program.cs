using BenchmarkDotNet.Running;
using Federated.Benchmarks;

// dotnet run -c Release --project Tests/Benchmarks -- overhead [JOB.yaml] [--pairs N] [--slots N] [--set path=value]...
// dotnet run -c Release --project Tests/Benchmarks -- --filter '*'
if (args is ["overhead", .. var rest]) return await OverheadBenchmark.RunAsync(rest);
BenchmarkSwitcher.FromAssembly(typeof(OverheadBenchmark).Assembly).Run(args);
return 0;
