using System.Text;
using Federated.Core.Jobs;

namespace Federated.Core.Tests.Jobs;

public sealed class JobReaderFuzzTests
{
    // What YAML gives a meaning to, and what it does not allow.
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ": ", "- ", "\n", "\n  ", "\t", "#", "&a ", "*a", "!", "!!int ", "!<x> ", "|", "|9\n", ">", ">-\n", "%", "%YAML 1.1\n", "%TAG ! x\n", "@", "`", "'", "\"",
        "\\", "\\x", "\\U0011FFFF", "\"\\ud800\"", "? ", ",", "---\n", "...\n", "<<: ", "~", "null", "\0", "\u0085", "\u2028", "\uFEFF", "\ud800", "\udc00", "\U0001F600", ".nan", "-.inf", "1e999",
        "99999999999999999999", "-0", "0o17", "2001-01-01", "\r", "\u007f", "=",
    ];

    [Fact]
    public void A_mutated_job_is_read_or_refused_and_nothing_is_thrown()
    {
        var seeds = new[] { DefaultJob.Yaml, JobWriter.Write(GeneratedJob.Create(3)), JobWriter.Write(GeneratedJob.Create(8)) };
        for (var number = 0; number < 1500; number++)
        {
            var random = new Random(number);
            Check(JobReader.Read(Mutate(random, seeds[number % seeds.Length])), number);
        }
    }

    [Fact]
    public void Random_bytes_are_refused_and_nothing_is_thrown()
    {
        for (var number = 0; number < 1000; number++)
        {
            var bytes = new byte[number % 200];
            new Random(number).NextBytes(bytes);
            Check(JobReader.Read(Encoding.Latin1.GetString(bytes)), number);
        }
    }

    [Fact]
    public void A_mutated_override_is_taken_or_refused_and_nothing_is_thrown()
    {
        string[] seeds = ["federation.rounds=3", "data.partition={kind: iid}", "model.layers[0].conv2d.filters=5", "model.layers=[flatten, dense: {units: 10}]", "model.layers[1]={residual: {layers: [relu]}}"];
        for (var number = 0; number < 1000; number++)
        {
            var random = new Random(number);
            Check(JobReader.Read(DefaultJob.Yaml, [Mutate(random, seeds[number % seeds.Length]), Mutate(random, seeds[random.Next(seeds.Length)])]), number);
        }
    }

    private static string Mutate(Random random, string text)
    {
        var mutant = new StringBuilder(text);
        for (var changes = random.Next(1, 6); changes > 0 && mutant.Length > 0; changes--)
        {
            var at = random.Next(mutant.Length);
            switch (random.Next(4))
            {
                case 0: mutant.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 1: mutant.Remove(at, Math.Min(random.Next(1, 12), mutant.Length - at)); break;
                case 2: mutant[at] = (char)random.Next(0x180); break;
                default: mutant.Insert(at, mutant.ToString(at, Math.Min(random.Next(1, 40), mutant.Length - at))); break;
            }
        }
        return mutant.ToString();
    }

    private static void Check(JobResult result, int number)
    {
        Assert.True(result.Job is null != result.Errors.IsEmpty, $"Case {number} has both a job and errors, or neither.");
        Assert.All(result.Errors, error => Assert.False(string.IsNullOrWhiteSpace(error.Message)));
        if (result.Job is not null) Assert.Equal(result.Job, JobReader.Read(JobWriter.Write(result.Job)).Job);
    }
}
