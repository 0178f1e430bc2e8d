<?php

require __DIR__ . '/snippet.php';

while (($line = fgets(STDIN)) !== false) {
    $fields = explode("\t", rtrim($line, "\n"));
    [$body, $id, $timestamp, $signature, $secrets] = array_map('base64_decode', array_slice($fields, 0, 5));
    $headers = ['webhook-id' => $id, 'webhook-timestamp' => $timestamp, 'webhook-signature' => $signature];
    try {
        $accepted = verify_webhook($body, $headers, explode(',', $secrets), (int) $fields[5]);
        echo "accepted $accepted\n";
    } catch (RuntimeException $error) {
        echo 'refused ', $error->getMessage(), "\n";
    }
}
