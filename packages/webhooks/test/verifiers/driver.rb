require_relative 'snippet'

$stdin.each_line(chomp: true) do |line|
  fields = line.split("\t", -1)
  body, id, timestamp, signature, secrets = fields.first(5).map { |field| field.unpack1('m0') }
  headers = { 'webhook-id' => id, 'webhook-timestamp' => timestamp, 'webhook-signature' => signature }
  begin
    known = secrets.empty? ? [''] : secrets.split(',', -1)
    puts "accepted #{verify_webhook(body, headers, known, fields[5].to_i)}"
  rescue RuntimeError => error
    puts "refused #{error.message}"
  end
end
